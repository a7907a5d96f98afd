#include <algorithm>
#include <stdexcept>

#include "logchute/runtime/http.hpp"

namespace logchute::http {
namespace {

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    path.remove_prefix(1);
    for (;;) {
        const auto slash = path.find('/');
        segments.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        path.remove_prefix(slash + 1);
    }
}

bool is_parameter(std::string_view segment) noexcept { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }

std::string_view parameter_name(std::string_view segment) noexcept { return segment.substr(1, segment.size() - 2); }

// A parameter takes any segment but an empty one.
bool fits(const std::vector<std::string>& pattern, const std::vector<std::string_view>& path) noexcept {
    return std::ranges::equal(pattern, path, [](std::string_view expected, std::string_view segment) {
        return is_parameter(expected) ? !segment.empty() : expected == segment;
    });
}

// Both fit the same path: the one that is literal at the first difference is the more literal one.
bool is_more_literal(const std::vector<std::string>& a, const std::vector<std::string>& b) noexcept {
    return std::ranges::lexicographical_compare(a, b, {}, is_parameter, is_parameter);
}

bool is_same_shape(const std::vector<std::string>& a, const std::vector<std::string>& b) noexcept {
    return std::ranges::equal(a, b, [](std::string_view x, std::string_view y) { return (is_parameter(x) && is_parameter(y)) || x == y; });
}

void check_pattern(std::string_view pattern) {
    const auto refuse = [&](std::string_view why) { throw std::logic_error("route '" + std::string(pattern) + "': " + std::string(why)); };
    if (!pattern.starts_with('/')) refuse("a pattern begins with a slash");
    std::vector<std::string_view> names;
    for (const std::string_view segment : split(pattern)) {
        if (is_parameter(segment)) {
            if (std::ranges::find(names, segment) != names.end()) refuse("a parameter is there twice");
            names.push_back(segment);
        } else if (segment.find_first_of("{}") != std::string_view::npos) {
            refuse("a parameter is a whole segment, as in /logs/{id}");
        }
    }
}

}  // namespace

void Router::add(Method method, std::string pattern, Handler handler, RouteOptions options) {
    check_pattern(pattern);
    const auto parts = split(pattern);
    std::vector<std::string> segments(parts.begin(), parts.end());
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        if (routes_[i].method == method && is_same_shape(segments_[i], segments)) {
            throw std::logic_error("route '" + pattern + "': there is '" + routes_[i].pattern + "' for the same method already");
        }
    }
    routes_.push_back({method, std::move(pattern), std::move(handler), options});
    segments_.push_back(std::move(segments));
}

void Router::get(std::string pattern, Handler handler, RouteOptions options) {
    add(Method::get, std::move(pattern), std::move(handler), options);
}

void Router::post(std::string pattern, Handler handler, RouteOptions options) {
    add(Method::post, std::move(pattern), std::move(handler), options);
}

Router::Match Router::match(Method method, std::string_view path) const {
    Match match;
    if (!path.starts_with('/')) return match;
    const auto path_segments = split(path);

    const std::vector<std::string>* best = nullptr;
    for (const auto& segments : segments_) {
        if (fits(segments, path_segments) && (best == nullptr || is_more_literal(segments, *best))) best = &segments;
    }
    if (best == nullptr) return match;

    // The path decides on the pattern; the method then has to be one of that pattern's.
    std::vector<Method> allowed;
    std::size_t found = routes_.size();
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        if (!is_same_shape(segments_[i], *best)) continue;
        allowed.push_back(routes_[i].method);
        const bool answers_head = method == Method::head && routes_[i].method == Method::get && found == routes_.size();
        if (routes_[i].method == method || answers_head) found = i;
    }
    if (found == routes_.size()) {
        match.allow = allow_header(std::move(allowed));
        return match;
    }
    match.route = &routes_[found];
    for (std::size_t i = 0; i < path_segments.size(); ++i) {
        const std::string& segment = segments_[found][i];
        if (is_parameter(segment)) match.params.emplace_back(parameter_name(segment), path_segments[i]);
    }
    return match;
}

// GET brings HEAD with it, and OPTIONS is always answered.
std::string Router::allow_header(std::vector<Method> methods) {
    const auto has = [&](Method method) { return std::ranges::find(methods, method) != methods.end(); };
    if (has(Method::get) && !has(Method::head)) methods.push_back(Method::head);
    if (!has(Method::options)) methods.push_back(Method::options);
    std::ranges::sort(methods);
    std::string text;
    for (const Method method : methods) {
        if (!text.empty()) text += ", ";
        text += to_string(method);
    }
    return text;
}

}  // namespace logchute::http
