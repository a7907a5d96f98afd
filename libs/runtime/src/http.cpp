#include "logchute/runtime/http.hpp"

#include <algorithm>

#include "http_text.hpp"
#include "logchute/core/json_text.hpp"

namespace logchute::http {
namespace {

int status_of(Errc code) noexcept {
    switch (code) {
        case Errc::invalid: return 400;
        case Errc::not_found: return 404;
        case Errc::too_large: return 413;
        case Errc::conflict: return 409;
        case Errc::full:
        case Errc::timeout:
        case Errc::unavailable:
        case Errc::closed: return 503;
        case Errc::failed: return 500;
    }
    return 500;
}

void append_member(std::string& json, std::string_view name, std::string_view value) {
    json += ",\"";
    json += name;
    json += "\":";
    json::append_string(json, value);
}

std::string_view find_value(const std::vector<std::pair<std::string, std::string>>& pairs, std::string_view name) noexcept {
    const auto it = std::ranges::find(pairs, name, &std::pair<std::string, std::string>::first);
    return it == pairs.end() ? std::string_view{} : std::string_view{it->second};
}

}  // namespace

std::string_view to_string(Method method) noexcept {
    switch (method) {
        case Method::get: return "GET";
        case Method::head: return "HEAD";
        case Method::post: return "POST";
        case Method::put: return "PUT";
        case Method::del: return "DELETE";
        case Method::options: return "OPTIONS";
        case Method::other: return "OTHER";
    }
    return "OTHER";
}

std::string_view Request::header(std::string_view name) const noexcept {
    const auto it = std::ranges::find_if(headers, [&](const Header& header) { return iequals(header.name, name); });
    return it == headers.end() ? std::string_view{} : std::string_view{it->value};
}

std::size_t Request::header_count(std::string_view name) const noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(headers, [&](const Header& header) { return iequals(header.name, name); }));
}

std::string_view Request::param(std::string_view name) const noexcept { return find_value(params, name); }

std::string Request::media_type() const {
    const std::string_view value = header("Content-Type");
    return to_lower(trim(value.substr(0, value.find(';'))));
}

Response Response::json(std::string body, int status) { return {status, {{"Content-Type", "application/json"}}, std::move(body)}; }

Response Response::text(std::string body, int status) { return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)}; }

Response Response::events(EventStream events) {
    Response response;
    response.body = std::move(events);
    response.with("Content-Type", "text/event-stream; charset=utf-8").with("Cache-Control", "no-cache").with("X-Accel-Buffering", "no");
    return response;
}

Response Response::problem(Problem problem) {
    const bool is_retried = problem.status == 429 || problem.status == 503;
    if (is_retried && !problem.retry_after) problem.retry_after = 1;

    std::string json = R"({"type":"about:blank","title":)";
    json::append_string(json, reason_phrase(problem.status));
    json += ",\"status\":" + std::to_string(problem.status);
    append_member(json, "detail", problem.detail);
    if (!problem.parameter.empty()) append_member(json, "parameter", problem.parameter);
    if (problem.column) json += ",\"column\":" + std::to_string(*problem.column);
    if (!problem.expected.empty()) append_member(json, "expected", problem.expected);
    json += "}\n";

    Response response{problem.status, {{"Content-Type", "application/problem+json"}}, std::move(json)};
    if (problem.retry_after) response.headers.push_back({"Retry-After", std::to_string(*problem.retry_after)});
    return response;
}

Problem problem_of(const Error& error) {
    return {.status = status_of(error.code), .detail = error.detail, .parameter = {}, .column = {}, .expected = {}, .retry_after = {}};
}

Response Response::error(const Error& error) { return problem(problem_of(error)); }

Response& Response::with(std::string name, std::string value) & {
    headers.push_back({std::move(name), std::move(value)});
    return *this;
}

Response&& Response::with(std::string name, std::string value) && {
    headers.push_back({std::move(name), std::move(value)});
    return std::move(*this);
}

}  // namespace logchute::http
