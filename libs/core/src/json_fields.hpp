// How `fields` comes about where it is not a slice of the line.
#pragma once

#include <string_view>

#include "arena_list.hpp"
#include "json_members.hpp"

namespace logchute {

/// Collects what goes into `fields` beside the members of the line's own `fields`: members that have no other place, and those that could not
/// have theirs. No name comes twice and no value is lost: a member whose name is taken moves to `_rejected`, and where it is taken there too it
/// gets a number ("color#2"). For one line.
class JsonFields {
public:
    explicit JsonFields(ParsedBatch::Arena& arena) : arena_(arena), extra_(arena), rejected_(arena) {}

    void add(const json::ScannedMember& member) { extra_.push_back(member); }
    void reject(const json::ScannedMember& member) { rejected_.push_back(member); }
    /// For the scanner: a member to be filled in place, and a way to think better of it.
    [[nodiscard]] json::ScannedMember* append() { return extra_.append(); }
    void take_back() noexcept { extra_.pop_back(); }

    /// `own` is the object `fields` of the line, or empty. Its own `_rejected` (of a record that was exported) is kept, and joined with ours.
    /// `own` itself where nothing is to be added; empty where there are no fields at all.
    [[nodiscard]] std::string_view build(std::string_view own, bool own_may_have_rejected);
    /// Once built: whether the fields have a `_rejected`.
    [[nodiscard]] bool has_rejected() const noexcept { return has_rejected_; }

private:
    void settle_names(std::string_view own);
    void absorb(const json::Scanned& rejected);
    void settle_rejected();
    [[nodiscard]] json::Scanned numbered(const json::Scanned& name, unsigned number);
    [[nodiscard]] std::string_view write(std::string_view own, bool without_rejected);

    ParsedBatch::Arena& arena_;
    ArenaList<json::ScannedMember, 24> extra_;
    ArenaList<json::ScannedMember, 4> rejected_;
    bool has_rejected_ = false;
};

}  // namespace logchute
