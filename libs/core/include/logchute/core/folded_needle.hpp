// A text to look for in many others, ASCII letters compared without case: under word search and in front of regular expressions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace logchute {

/// Made once per search, used from many threads. Finds by comparing two rare bytes of the needle at sixteen places at a time and looking
/// closer where both are right: about 7 ns for 60 bytes of text without a match. At worst (needle and text made for it) the cost is the
/// product of both lengths, sixteen bytes a step.
class FoldedNeedle {
public:
    static constexpr std::size_t npos = std::string_view::npos;

    explicit FoldedNeedle(std::string_view needle);

    /// The first place at or after `from` where the needle stands; npos if there is none. An empty needle stands everywhere.
    [[nodiscard]] std::size_t find(std::string_view text, std::size_t from = 0) const noexcept;
    [[nodiscard]] const std::string& lower() const noexcept { return lower_; }  ///< The needle, ASCII lower-cased.
    /// How unlikely its rarest byte is in log text, from 0 up: needles with a higher one reject more texts.
    [[nodiscard]] int rarity() const noexcept;

private:
    /// One byte of the needle that find() looks for first.
    struct Probe {
        std::size_t offset = 0;
        char byte = 0;  // lower-cased
        char fold = 0;  // as in folds_
    };

    [[nodiscard]] Probe probe_at(std::size_t offset) const noexcept { return {offset, lower_[offset], folds_[offset]}; }
    [[nodiscard]] bool stands_at(const char* at) const noexcept;
    [[nodiscard]] const char* find_one_by_one(const char* at, const char* last) const noexcept;

    std::string lower_;
    std::string folds_;  // for each byte of lower_ the bit to set before comparing: 0x20 for letters, else 0
    Probe rare_;
    Probe second_;
};

}  // namespace logchute
