#include "headers.hpp"

#include <algorithm>
#include <cstdlib>

namespace logchute::bus {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kBlockOverhead = "NATS/1.0\r\n\r\n"sv.size();
constexpr std::size_t kLineOverhead = ": \r\n"sv.size();

struct ArrayFree {
    void operator()(const char** array) const noexcept { std::free(static_cast<void*>(array)); }  // NOLINT: cnats mallocs it
};
using NamesPtr = std::unique_ptr<const char*, ArrayFree>;

bool is_name(std::string_view name) noexcept {
    return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f' && c != ':'; });
}

}  // namespace

std::string_view find_header(const Headers& headers, std::string_view name) noexcept {
    const auto found = std::ranges::find(headers, name, &Headers::value_type::first);
    return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

Result<void> check_headers(const Headers& headers) {
    for (const auto& [name, value] : headers) {
        if (!is_name(name)) return fail(Errc::invalid, "a header's name must be printable ASCII without spaces and ':'");
        if (value.find_first_of("\r\n\0"sv) != std::string::npos)
            return fail(Errc::invalid, "the header " + name + " must not hold line ends or NUL");
    }
    return {};
}

std::size_t wire_size(const Headers& headers) noexcept {
    if (headers.empty()) return 0;
    std::size_t size = kBlockOverhead;
    for (const auto& [name, value] : headers) size += name.size() + value.size() + kLineOverhead;
    return size;
}

natsStatus add_headers(natsMsg& message, const Headers& headers) {
    for (const auto& [name, value] : headers)
        if (const natsStatus status = natsMsgHeader_Add(&message, name.c_str(), value.c_str()); status != NATS_OK) return status;
    return NATS_OK;
}

std::string_view header_of(natsMsg& message, const char* name) noexcept {
    const char* value = nullptr;
    return natsMsgHeader_Get(&message, name, &value) == NATS_OK && value != nullptr ? std::string_view(value) : std::string_view{};
}

Headers headers_of(natsMsg& message) {
    const char** raw_names = nullptr;
    int count = 0;
    if (natsMsgHeader_Keys(&message, &raw_names, &count) != NATS_OK) return {};
    const NamesPtr names(raw_names);
    Headers headers;
    for (int i = 0; i < count; ++i) {
        const char** raw_values = nullptr;
        int values = 0;
        if (natsMsgHeader_Values(&message, names.get()[i], &raw_values, &values) != NATS_OK) continue;
        const NamesPtr owned(raw_values);
        for (int v = 0; v < values; ++v) headers.emplace_back(names.get()[i], owned.get()[v]);
    }
    return headers;
}

}  // namespace logchute::bus
