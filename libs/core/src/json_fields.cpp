#include "json_fields.hpp"

#include <array>
#include <charconv>
#include <string>

#include "json_builder.hpp"
#include "logchute/core/json_text.hpp"
#include "name_set.hpp"

namespace logchute {
namespace {

using json::Scanned;
using json::ScannedMember;

constexpr std::string_view kRejected = "_rejected";

bool has_members(std::string_view object) noexcept {
    if (object.size() <= 2) return false;
    const std::size_t first = object.find_first_not_of(" \t\r\n", 1);
    return first != object.npos && object[first] != '}';
}

}  // namespace

std::string_view JsonFields::build(std::string_view own, bool own_may_have_rejected) {
    const auto own_rejected = own_may_have_rejected ? json::find_key(own, kRejected) : std::nullopt;
    if (!extra_.empty()) settle_names(own);
    const bool joins_rejected = own_rejected && !rejected_.empty();
    // Its members are nested less deep than `own` as a whole is allowed to be.
    if (joins_rejected) absorb({*own_rejected, json::kind_of(*own_rejected), false, 0});
    has_rejected_ = own_rejected || !rejected_.empty();
    if (extra_.empty() && rejected_.empty()) return has_members(own) ? own : std::string_view();
    settle_rejected();
    return write(own, joins_rejected);
}

/// Extra members whose name is taken, and those nested too deep, are rejected.
void JsonFields::settle_names(std::string_view own) {
    NameSet names(arena_);
    std::size_t at = 0;
    while (const auto next = json::next_member(own, at)) names.insert(json::content(json::scanned_string(next->quoted_key), arena_));
    std::size_t kept = 0;
    for (const ScannedMember& member : extra_) {
        const std::string_view name = json::content(member.name, arena_);
        if (name == kRejected) {
            absorb(member.value);
        } else if (member.value.depth >= kJsonDepthMax || !names.insert(name)) {
            rejected_.push_back(member);
        } else {
            extra_.begin()[kept++] = member;
        }
    }
    extra_.resize_down(kept);
}

/// What a `_rejected` that came with the line holds, beside what is rejected now.
void JsonFields::absorb(const Scanned& rejected) {
    if (rejected.kind != json::Kind::object) return rejected_.push_back({json::scanned_string("\"_rejected\""), rejected});
    std::size_t at = 0;
    while (const auto next = json::next_member(rejected.text, at)) rejected_.push_back(json::scanned_member(*next, rejected.depth));
}

/// Gives each rejected member a name of its own, and those nested too deep the form of a string.
void JsonFields::settle_rejected() {
    if (rejected_.empty()) return;
    NameSet names(arena_);
    unsigned next_number = 2;
    for (ScannedMember& member : rejected_) {
        if (member.value.depth + 2U > kJsonDepthMax) {
            std::string text;
            json::append_string(text, member.value.text);
            member.value = json::scanned_string(arena_.copy(text));
        }
        const Scanned name = member.name;
        while (!names.insert(json::content(member.name, arena_))) member.name = numbered(name, next_number++);
    }
}

Scanned JsonFields::numbered(const Scanned& name, unsigned number) {
    std::array<char, 12> digits{'#'};
    const char* const end = std::to_chars(digits.data() + 1, digits.data() + digits.size(), number).ptr;
    const std::string_view suffix(digits.data(), static_cast<std::size_t>(end - digits.data()));
    return {json::quoted({}, name.inner(), suffix, arena_), json::Kind::string, name.escaped, 0};
}

std::string_view JsonFields::write(std::string_view own, bool without_rejected) {
    JsonObjectBuilder builder(arena_, own.size() + 256);
    if (without_rejected) {
        std::string scratch;
        std::size_t at = 0;
        while (const auto next = json::next_member(own, at)) {
            if (json::unquote(next->quoted_key, scratch) != kRejected) builder.add_quoted_json(next->quoted_key, next->value);
        }
    } else if (has_members(own)) {
        builder.add_members(own.substr(1, own.size() - 2));
    }
    for (const ScannedMember& member : extra_) builder.add_quoted_json(member.name.text, member.value.text);
    if (!rejected_.empty()) {
        builder.begin_object(kRejected);
        for (const ScannedMember& member : rejected_) builder.add_quoted_json(member.name.text, member.value.text);
        builder.end_object();
    }
    return builder.finish();
}

}  // namespace logchute
