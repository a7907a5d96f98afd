#include "poll_items.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "logchute/core/json_records.hpp"
#include "sha256.hpp"

namespace logchute::gateway {
namespace {

// Of a hash: beyond chance among the ids that are remembered.
constexpr std::size_t kIdBytes = 12;
constexpr std::size_t kIdTextMax = 1'000;
constexpr std::size_t kMessageTextMax = 1'000;

std::string unescaped(std::string_view token) {
    std::string out;
    for (std::size_t i = 0; i < token.size(); ++i) {
        const bool is_escape = token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1');
        if (is_escape) ++i;
        out += is_escape ? (token[i] == '0' ? '~' : '/') : token[i];
    }
    return out;
}

JsonView element(const JsonView& array, const std::string& index) {
    std::size_t wanted = 0;
    const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), wanted);
    if (error != std::errc{} || end != index.data() + index.size()) return {};
    JsonView found;
    std::size_t at = 0;
    array.for_each_element([&](const JsonView& it) {
        if (at++ != wanted) return true;
        found = it;
        return false;
    });
    return found;
}

std::string id_of(const runtime::PollSource& source, const JsonView& item) {
    const auto id = find_pointer(item, source.id).text(kIdTextMax);
    Sha256 hash;
    hash.add(source.name);
    if (id.empty())
        hash.add("content").add(item.raw());
    else
        hash.add("id").add(id);
    return hash.hex(kIdBytes);
}

/// The item with `timestamp` and `message` as the settings point at them; members that are called so themselves give way.
std::string line_of(const runtime::PollSource& source, const JsonView& item) {
    const JsonView time = source.time.empty() ? JsonView() : find_pointer(item, source.time);
    const JsonView message = source.message.empty() ? JsonView() : find_pointer(item, source.message);
    std::string line = "{";
    const auto add = [&](std::string_view quoted_key, std::string_view value) {
        if (line.size() > 1) line += ',';
        line.append(quoted_key).append(1, ':').append(value);
    };
    if (time.is_there()) add("\"timestamp\"", time.raw());
    if (message.is_there()) {
        std::string text;
        json::append_string(text, message.text(kMessageTextMax));
        add("\"message\"", text);
    }
    std::size_t at = 0;
    std::string scratch;
    while (const auto member = json::next_member(item.raw(), at)) {
        const auto key = json::unquote(member->quoted_key, scratch);
        if ((time.is_there() && key == "timestamp") || (message.is_there() && key == "message")) continue;
        add(member->quoted_key, member->value);
    }
    return line + "}\n";
}

}  // namespace

JsonView find_pointer(const JsonView& document, std::string_view pointer) {
    JsonView at = document;
    while (!pointer.empty() && at.is_there()) {
        if (pointer.front() != '/') return {};
        pointer.remove_prefix(1);
        const auto token = unescaped(pointer.substr(0, pointer.find('/')));
        pointer.remove_prefix(std::min(pointer.find('/'), pointer.size()));
        at = at.is_object() ? at[token] : element(at, token);
    }
    return at;
}

Result<PollItems> poll_items(const runtime::PollSource& source, std::string document) {
    const bool is_array = document.find_first_not_of(" \t\r\n") != document.npos && document[document.find_first_not_of(" \t\r\n")] == '[';
    const auto checked = json_records(std::move(document));
    if (!checked) {
        // Without the advice behind it, which is for those who send.
        const std::string& detail = checked.error().detail;
        return fail(Errc::invalid, "the answer cannot be read: " + detail.substr(0, detail.find(';')));
    }
    PollItems found;
    const auto take = [&](const JsonView& item) {
        if (item.is_object())
            found.items.push_back({id_of(source, item), line_of(source, item)});
        else
            ++found.odd;
        return true;
    };
    const std::string_view lines = checked->lines;
    if (is_array) {
        // The document was the array: its objects are lines by now.
        if (!source.items.empty()) return fail(Errc::invalid, "the answer is an array; leave out items, which points into an object");
        for (std::size_t begin = 0; begin < lines.size();) {
            const std::size_t end = std::min(lines.find('\n', begin), lines.size());
            if (end > begin) take(JsonView(lines.substr(begin, end - begin)));
            begin = end + 1;
        }
        return found;
    }
    const std::string_view object = lines.substr(0, lines.find('\n'));
    const JsonView at = find_pointer(JsonView(object), source.items);
    if (at.is_object())
        take(at);
    else if (at.is_there() && json::kind_of(at.raw()) == json::Kind::array)
        at.for_each_element(take);
    else
        return fail(Errc::invalid, "there is no array at '" + source.items + "' in the answer, where items points");
    return found;
}

}  // namespace logchute::gateway
