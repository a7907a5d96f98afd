// Regular expressions in searches: RE2 within our limits, behind a quick look for text that every match must hold.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logchute/core/folded_needle.hpp"

namespace re2 {
class FilteredRE2;
class RE2;
}  // namespace re2

namespace logchute::search {

/// What is wrong with `pattern`, for people; empty if it is fine.
[[nodiscard]] std::optional<std::string> regex_fault(const std::string& pattern);

/// A compiled expression, found anywhere in a text, with case. Any bytes may be searched: `.` and classes match no ill-formed UTF-8, all
/// else around it is still found. Immutable; found_in() from many threads at once.
///
/// Needles: RE2 itself says (FilteredRE2) which strings a match must hold. Looking for those first costs a tenth of running the expression,
/// and most rows of a search have none of them.
class RegexSearcher {
public:
    /// `pattern` has no regex_fault().
    explicit RegexSearcher(const std::string& pattern);
    ~RegexSearcher();
    RegexSearcher(RegexSearcher&&) noexcept;
    RegexSearcher& operator=(RegexSearcher&&) noexcept;

    [[nodiscard]] bool found_in(std::string_view text) const;
    /// True where some needle is looked for first.
    [[nodiscard]] bool is_filtered() const noexcept { return !all_of_.empty() || !any_of_.empty(); }

private:
    void find_needles(const std::string& pattern);
    [[nodiscard]] bool may_match(std::string_view text) const noexcept;

    std::unique_ptr<re2::FilteredRE2> filtered_;  // holds the one expression
    std::vector<FoldedNeedle> all_of_;  // a match holds each of these, the rarest first
    std::vector<FoldedNeedle> any_of_;  // a match holds one of these; empty: no such list
};

}  // namespace logchute::search
