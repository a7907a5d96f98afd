// One line of JSON to one record. The scanner checks the line and finds the members; this file gives each its place.
//
// Nothing is lost on the way. A member that is no part of the model becomes a field, as does a second name for the same thing ("msg" beside
// "message"). What cannot have its place goes to `fields._rejected` under its own name: a time that is none, a tag that is an object.

#include <algorithm>
#include <array>
#include <utility>

#include "arena_list.hpp"
#include "field_names.hpp"
#include "json_builder.hpp"
#include "json_fields.hpp"
#include "json_members.hpp"
#include "json_repair.hpp"
#include "json_scan.hpp"
#include "line_parsers.hpp"
#include "logchute/core/json_text.hpp"
#include "refuse.hpp"

namespace logchute {
namespace {

using json::Kind;
using json::Scanned;
using json::ScannedMember;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class JsonLine {
public:
    JsonLine(std::string_view line, bool is_as_it_came, LineContext& context, LogRecord& record)
        : line_(line),
          is_as_it_came_(is_as_it_came),
          arena_(context.arena),
          record_(record),
          scanner_(line, context.readable_end == nullptr || !is_as_it_came ? line.data() + line.size() : context.readable_end),
          fields_(context.arena) {
        rank_.fill(kAbsent);
    }

    /// Reads and checks all of the line; nothing is filled in yet.
    bool scan() {
        const char* at = scanner_.skip_space(line_.data());
        if (at == scanner_.end() || *at != '{') {
            scanner_.fail(at, "expected '{': a record is a JSON object");
            return false;
        }
        at = scanner_.object(at, [this](const Scanned& name, const char* begin) { return take_member(name, begin); });
        if (at == nullptr) return false;
        at = scanner_.skip_space(at);
        if (at != scanner_.end()) scanner_.fail(at, "there is more behind the object");
        return at == scanner_.end();
    }

    void fill_record() {
        take_timestamp();
        take_level();
        take_message();
        record_.service = take_name(Known::service);
        record_.host = take_name(Known::host);
        take_tags();
        take_fields();
    }

    [[nodiscard]] const json::Scanner& scanner() const { return scanner_; }

private:
    static constexpr std::uint8_t kAbsent = 0xff;

    // --- which member is what

    /// Scans a value straight into where it is kept: copying what was stored a moment ago costs more than scanning it.
    const char* take_member(const Scanned& name, const char* begin) {
        const KnownName known = known_name(name.escaped ? json::content(name, arena_) : name.inner());
        const auto slot = static_cast<std::size_t>(known.known);
        const bool is_first = known.known != Known::none && rank_[slot] == kAbsent;
        ScannedMember* const member = is_first ? &known_[slot] : fields_.append();
        member->name = name;
        const bool is_tags = is_first && known.known == Known::tags && begin != scanner_.end() && *begin == '{';
        const char* const end = is_tags ? scan_tags(begin, member->value) : scanner_.value(begin, member->value);
        if (end == nullptr || known.known == Known::none) return end;

        const Kind kind = member->value.kind;
        // null is as if it were not there, and {"log":{"offset":7}} has nothing to do with a message.
        const bool counts = kind != Kind::null && (known.rank == 0 || (kind != Kind::object && kind != Kind::array));
        if (is_first) {
            if (counts) rank_[slot] = known.rank;
            if (!counts && kind != Kind::null) fields_.add(*member);
        } else if (kind == Kind::null) {
            fields_.take_back();
        } else if (counts && known.rank < rank_[slot]) {
            std::swap(*member, known_[slot]);
            rank_[slot] = known.rank;
        }
        return end;
    }

    [[nodiscard]] const ScannedMember* find(Known known) const {
        const auto slot = static_cast<std::size_t>(known);
        return rank_[slot] == kAbsent ? nullptr : &known_[slot];
    }

    std::string_view text_of(const Scanned& value) { return value.kind == Kind::string ? json::content(value, arena_) : value.text; }

    // --- the parts of the record

    void take_timestamp() {
        record_.timestamp_is_receipt = true;
        const ScannedMember* const member = find(Known::timestamp);
        if (member == nullptr) return;
        const Kind kind = member->value.kind;
        const std::string_view text = kind == Kind::string || kind == Kind::number ? text_of(member->value) : std::string_view();
        const auto at = parse_record_time(text);
        if (!at) return fields_.reject(*member);
        record_.timestamp = *at;
        record_.timestamp_is_receipt = false;
        if (is_as_it_came_ && !member->value.escaped) record_.timestamp_text = text;
    }

    void take_level() {
        const ScannedMember* const member = find(Known::level);
        if (member == nullptr) return;
        if (member->value.kind != Kind::string && member->value.kind != Kind::number) return fields_.reject(*member);
        const std::string_view text = text_of(member->value);
        if (text.empty()) return;
        if (const auto level = parse_level(text)) {
            record_.level = *level;
        } else {
            fields_.add({json::scanned_string("\"level\""), member->value});
        }
    }

    void take_message() {
        const ScannedMember* const member = find(Known::message);
        if (member == nullptr) return;
        if (member->value.kind == Kind::object || member->value.kind == Kind::array) return fields_.reject(*member);
        record_.message = text_of(member->value);
    }

    std::string_view take_name(Known known) {
        const ScannedMember* const member = find(known);
        if (member == nullptr) return {};
        Scanned name = member->value;
        if (name.kind == Kind::object) {
            // The Elastic Common Schema nests: {"host":{"name":"node-1","os":...}}. The whole stays a field.
            const auto inner = json::find_key(name.text, "name");
            if (inner && json::kind_of(*inner) == Kind::string) name = json::scanned_string(*inner);
        }
        const bool is_text = name.kind == Kind::string || name.kind == Kind::number;
        const std::string_view text = is_text ? text_of(name) : std::string_view();
        if (!is_text || text.size() > kNameBytesMax) {
            fields_.reject(*member);
            return {};
        }
        if (member->value.kind == Kind::object) fields_.add(*member);
        return text;
    }

    // --- tags

    struct Tag {
        std::string_view name;
        ScannedMember member;
    };
    using Tags = ArenaList<Tag, 8>;

    void take_tags() {
        const ScannedMember* const member = find(Known::tags);
        if (member == nullptr) return;
        const std::string_view object = member->value.text;
        if (member->value.kind != Kind::object) return fields_.reject(*member);
        if (tags_stand_) {
            record_.tags = object;
            return;
        }
        Tags tags(arena_);
        std::size_t at = 0;
        while (const auto next = json::next_member(object, at)) take_tag(json::scanned_member(*next, member->value.depth), tags);
        if (!tags.empty()) record_.tags = build_tags(tags);
    }

    /// Scans the object `tags` and sees whether it can stay as it stands. That is the usual case: a few short strings, compact, no name
    /// escaped, and none twice.
    const char* scan_tags(const char* begin, Scanned& out) {
        constexpr std::size_t kUsualTags = 8;
        ArenaList<std::string_view, kUsualTags> names(arena_);
        std::size_t compact_size = 1;
        bool usual = true;
        std::uint16_t depth = 0;
        const char* const end = scanner_.object(begin, [&](const Scanned& name, const char* at) {
            Scanned value;
            const char* const value_end = scanner_.value(at, value);
            if (value_end == nullptr) return value_end;
            depth = std::max(depth, value.depth);
            usual = usual && value.kind == Kind::string && !name.escaped && names.size() < kUsualTags && name.text.size() <= kTagBytesMax &&
                    value.text.size() <= kTagBytesMax && std::find(names.begin(), names.end(), name.text) == names.end();
            if (usual) names.push_back(name.text);
            compact_size += name.text.size() + value.text.size() + 2;
            return value_end;
        });
        if (end == nullptr) return nullptr;
        out = {std::string_view(begin, static_cast<std::size_t>(end - begin)), Kind::object, false, static_cast<std::uint16_t>(depth + 1)};
        tags_stand_ = usual && !names.empty() && compact_size == out.text.size();
        return end;
    }

    /// Keeps a tag or rejects it.
    void take_tag(ScannedMember member, Tags& tags) {
        const Kind kind = member.value.kind;
        if (kind == Kind::null) return;
        const std::string_view name = json::content(member.name, arena_);
        const bool is_tag = kind != Kind::object && kind != Kind::array && name.size() <= kTagBytesMax && tags.size() < kTagsMax &&
                            (member.value.text.size() <= kTagBytesMax || text_of(member.value).size() <= kTagBytesMax) &&
                            is_new(name, tags);
        if (!is_tag) {
            member.name = json::scanned_string(json::quoted("tags.", member.name.inner(), {}, arena_));
            return fields_.reject(member);
        }
        if (kind != Kind::string) member.value = json::scanned_string(json::quoted({}, member.value.text, {}, arena_));
        tags.push_back({name, member});
    }
    static bool is_new(std::string_view name, Tags& tags) {
        for (const Tag& tag : tags) {
            if (tag.name == name) return false;
        }
        return true;
    }

    std::string_view build_tags(Tags& tags) {
        JsonObjectBuilder builder(arena_, line_.size());
        for (const Tag& tag : tags) builder.add_quoted_json(tag.member.name.text, tag.member.value.text);
        return builder.finish();
    }

    void take_fields() {
        const ScannedMember* const member = find(Known::fields);
        std::string_view own;
        if (member != nullptr && (member->value.kind != Kind::object || member->value.depth > kJsonDepthMax)) {
            fields_.reject(*member);
        } else if (member != nullptr) {
            own = member->value.text;
        }
        record_.fields = fields_.build(own, scanner_.may_have_rejected());
        record_.has_rejected = fields_.has_rejected();
    }

    const std::string_view line_;
    const bool is_as_it_came_;
    ParsedBatch::Arena& arena_;
    LogRecord& record_;
    json::Scanner scanner_;
    bool tags_stand_ = false;  ///< The member `tags` is as record.tags is to be.
    std::array<std::uint8_t, kKnownCount> rank_;
    std::array<ScannedMember, kKnownCount> known_;
    JsonFields fields_;
};

}  // namespace

bool parse_json_line(std::string_view line, LineContext& context, LogRecord& record, Refusal& refusal) {
    const std::size_t skipped = line.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    const std::string_view text = line.substr(skipped);
    JsonLine parsed(text, true, context, record);
    if (!parsed.scan()) return refuse(refusal, Reason::invalid_json, skipped + parsed.scanner().column(), parsed.scanner().problem());
    if (parsed.scanner().beyond_ascii() && !check_utf8(line, refusal)) return false;
    if (parsed.scanner().needs_repair()) [[unlikely]] {
        JsonLine repaired(context.arena.copy(json::repaired(text)), false, context, record);
        if (!repaired.scan()) return refuse(refusal, Reason::invalid_json, skipped + 1, repaired.scanner().problem());
        repaired.fill_record();
    } else {
        parsed.fill_record();
    }
    return true;
}

bool looks_like_json(std::string_view line) noexcept {
    if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    const std::size_t brace = line.find_first_not_of(" \t");
    if (brace == line.npos || line[brace] != '{') return false;
    const std::size_t next = line.find_first_not_of(" \t", brace + 1);
    return next != line.npos && (line[next] == '"' || line[next] == '}');
}

}  // namespace logchute
