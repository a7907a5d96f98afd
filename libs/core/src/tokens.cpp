#include "logchute/core/tokens.hpp"

namespace logchute {
namespace {

bool is_token(char c) noexcept { return is_token_char(static_cast<unsigned char>(c)); }

}  // namespace

WordSearcher::WordSearcher(std::string_view sought, bool open_end)
    : needle_(sought),
      open_end_(open_end),
      begins_in_token_(!sought.empty() && is_token(sought.front())),
      ends_in_token_(!open_end && !sought.empty() && is_token(sought.back())) {}

bool WordSearcher::stands_alone(std::string_view text, std::size_t at) const noexcept {
    if (begins_in_token_ && at > 0 && is_token(text[at - 1])) return false;
    const std::size_t end = at + needle_.lower().size();
    return !ends_in_token_ || end == text.size() || !is_token(text[end]);
}

bool WordSearcher::found_in(std::string_view text) const noexcept {
    for (std::size_t at = needle_.find(text); at != FoldedNeedle::npos; at = needle_.find(text, at + 1)) {
        if (stands_alone(text, at)) return true;
    }
    return false;
}

}  // namespace logchute
