#include "regex.hpp"

#include <re2/filtered_re2.h>
#include <re2/re2.h>
#include <re2/stringpiece.h>

#include <algorithm>

#include "logchute/core/search/query.hpp"

namespace logchute::search {
namespace {

constexpr int kNeedleBytesMin = 2;             // shorter ones stand in nearly every text
constexpr std::size_t kNeedlesMax = 8;         // looking for more costs as much as the expression
constexpr std::size_t kAllOfMax = 2;           // what the second needle lets pass, a third seldom stops
constexpr std::size_t kFilteredBytesMax = 512; // of a pattern; finding the needles of a huge one is not worth its time

re2::RE2::Options options() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kRegexMemoryMax);
    return options;
}

/// True where `pattern` may ignore case anywhere: a flag group with an `i` in it.
bool may_ignore_case(std::string_view pattern) noexcept {
    for (std::size_t at = pattern.find("(?"); at != std::string_view::npos; at = pattern.find("(?", at + 2)) {
        const std::string_view flags = pattern.substr(at + 2);
        if (flags.substr(0, flags.find_first_of(":)<")).contains('i')) return true;
    }
    return false;
}

/// RE2's needles are lower-cased by Unicode's rules, ours are found by ASCII's. The two agree where no character beyond ASCII can be
/// involved: none in the pattern, as itself or as an escape (\x{212A} is a k to Unicode), and none as the other case of an ASCII letter
/// (K and S have one).
bool is_ascii_business(std::string_view pattern, const std::vector<std::string>& needles) noexcept {
    const auto beyond_ascii = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
    if (std::ranges::any_of(pattern, beyond_ascii)) return false;
    for (std::size_t at = pattern.find('\\'); at != std::string_view::npos && at + 1 < pattern.size(); at = pattern.find('\\', at + 2)) {
        if (std::string_view("xpP01234567").contains(pattern[at + 1])) return false;
    }
    const bool ignores_case = may_ignore_case(pattern);
    return std::ranges::none_of(needles, [&](const std::string& needle) {
        return std::ranges::any_of(needle, beyond_ascii) || (ignores_case && needle.find_first_of("ks") != std::string::npos);
    });
}

}  // namespace

std::optional<std::string> regex_fault(const std::string& pattern) {
    const re2::RE2 expression(pattern, options());
    if (expression.ok()) return std::nullopt;
    return expression.error();
}

RegexSearcher::RegexSearcher(const std::string& pattern) : filtered_(std::make_unique<re2::FilteredRE2>(kNeedleBytesMin)) {
    int id = 0;
    filtered_->Add(pattern, options(), &id);
    if (pattern.size() <= kFilteredBytesMax) find_needles(pattern);
}

RegexSearcher::~RegexSearcher() = default;
RegexSearcher::RegexSearcher(RegexSearcher&&) noexcept = default;
RegexSearcher& RegexSearcher::operator=(RegexSearcher&&) noexcept = default;

void RegexSearcher::find_needles(const std::string& pattern) {
    std::vector<std::string> needles;
    filtered_->Compile(&needles);
    if (needles.empty() || needles.size() > kNeedlesMax || !is_ascii_business(pattern, needles)) return;

    // What RE2 keeps is a formula of "and" and "or" over needles; what it says of chosen sets of them tells all we need, without a parser
    // of our own: a needle without which nothing can match is in every match, and if nothing can match without any, some needle is.
    const auto can_match_without = [this, &needles](auto&& left_out) {
        std::vector<int> present;
        for (std::size_t i = 0; i < needles.size(); ++i) {
            if (!left_out(i)) present.push_back(static_cast<int>(i));
        }
        std::vector<int> potentials;
        filtered_->AllPotentials(present, &potentials);
        return !potentials.empty();
    };
    for (std::size_t i = 0; i < needles.size(); ++i) {
        if (!can_match_without([i](std::size_t other) { return other == i; })) all_of_.emplace_back(needles[i]);
    }
    if (!all_of_.empty()) {
        const auto weight = [](const FoldedNeedle& needle) {
            return needle.rarity() + 4 * static_cast<int>(std::min<std::size_t>(needle.lower().size(), 8));
        };
        std::ranges::sort(all_of_, std::ranges::greater{}, weight);
        if (all_of_.size() > kAllOfMax) all_of_.erase(all_of_.begin() + kAllOfMax, all_of_.end());
        return;
    }
    if (can_match_without([](std::size_t) { return true; })) return;
    for (const std::string& needle : needles) any_of_.emplace_back(needle);
}

bool RegexSearcher::may_match(std::string_view text) const noexcept {
    const auto stands = [text](const FoldedNeedle& needle) { return needle.find(text) != FoldedNeedle::npos; };
    return std::ranges::all_of(all_of_, stands) && (any_of_.empty() || std::ranges::any_of(any_of_, stands));
}

bool RegexSearcher::found_in(std::string_view text) const {
    if (!may_match(text)) return false;
    if (filtered_->NumRegexps() == 0) return false;
    const re2::StringPiece piece(text.data(), text.size());  // newer RE2 has absl's, which std::string_view does not become by itself
    return filtered_->GetRE2(0).Match(piece, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

}  // namespace logchute::search
