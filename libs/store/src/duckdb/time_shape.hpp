// The ways in which a line writes its time, where writing the record's time that way again gives the same text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logchute::store::duck {

/// A shape as two printable characters: which of the known patterns, and how many digits of fraction. On disk as part of forms.
struct TimeShape {
    char pattern;
    char digits;  ///< '0' to '9'
};

/// Remembers the text of the second it wrote last, as lines of one batch mostly share it. One a thread.
class TimeWriter {
public:
    /// Appends the time `nanos` in `shape`. False, and nothing appended, for a pattern that nobody knows.
    bool append(std::string& out, std::int64_t nanos, TimeShape shape);

    /// The shape in which `nanos` reads exactly `text`.
    [[nodiscard]] std::optional<TimeShape> shape_of(std::string_view text, std::int64_t nanos);

private:
    [[nodiscard]] const std::string& second_text(std::size_t pattern, std::int64_t second);

    struct Memo {
        std::int64_t second = INT64_MIN;
        std::string text;
    };
    Memo memos_[16];
    std::string scratch_;
};

}  // namespace logchute::store::duck
