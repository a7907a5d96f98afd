#include "response_head.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <random>

#include "http_text.hpp"

namespace logchute::http {
namespace {

constexpr std::array<std::string_view, 6> kServersOwn{"Content-Length", "Transfer-Encoding", "Connection", "Date",
                                                      "Server",         "X-Request-Id"};
constexpr std::size_t kRequestIdMax = 128;

bool is_servers_own(std::string_view name) noexcept {
    return std::ranges::any_of(kServersOwn, [&](std::string_view own) { return iequals(own, name); });
}

void append_header(std::string& head, std::string_view name, std::string_view value) {
    head += name;
    head += ": ";
    head += value;
    head += "\r\n";
}

// Formatted once a second and thread.
std::string_view date_now() {
    thread_local std::chrono::sys_seconds second{};
    thread_local std::string text;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (now != second || text.empty()) {
        second = now;
        text = format_http_date(now);
    }
    return text;
}

std::uint64_t random_seed() {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

Result<void> check_headers(const Response& response) {
    for (const auto& [name, value] : response.headers) {
        if (!is_token(name)) return fail(Errc::invalid, "'" + name + "' cannot be the name of a header");
        if (!is_field_value(value)) return fail(Errc::invalid, "the value of the header '" + name + "' holds a control character");
    }
    return {};
}

std::string format_head(const Response& response, const HeadOptions& options) {
    std::string head;
    head.reserve(256);
    head += options.minor_version == 0 ? "HTTP/1.0 " : "HTTP/1.1 ";
    head += std::to_string(response.status);
    head += ' ';
    head += reason_phrase(response.status);
    head += "\r\nServer: logchute\r\n";
    append_header(head, "Date", date_now());
    append_header(head, "X-Request-Id", options.request_id);
    for (const auto& [name, value] : response.headers) {
        if (!is_servers_own(name)) append_header(head, name, value);
    }
    if (options.framing == Framing::length) append_header(head, "Content-Length", std::to_string(options.content_length));
    if (options.framing == Framing::chunked) append_header(head, "Transfer-Encoding", "chunked");
    if (!options.keep_alive) {
        append_header(head, "Connection", "close");
    } else if (options.minor_version == 0) {
        append_header(head, "Connection", "keep-alive");
    }
    head += "\r\n";
    return head;
}

bool is_sane_request_id(std::string_view given) noexcept {
    return !given.empty() && given.size() <= kRequestIdMax &&
           std::ranges::all_of(given, [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '\''; });
}

// A counter, scrambled so that ids of two processes do not meet: splitmix64 maps different numbers to different ones.
std::string make_request_id() {
    static std::atomic<std::uint64_t> counter{random_seed()};
    std::uint64_t z = counter.fetch_add(0x9e3779b97f4a7c15ULL, std::memory_order_relaxed);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    z ^= z >> 31;
    std::string id(16, '0');
    for (char& digit : id) {
        digit = "0123456789abcdef"[z & 15];
        z >>= 4;
    }
    return id;
}

}  // namespace logchute::http
