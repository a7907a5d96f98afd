// Cuts the document in the memory it came in: behind the scanner, each object moves to its line. The lines never catch up with the scanner,
// for every object but the last has a comma behind it, which is the line's end.
#include "logchute/core/json_records.hpp"

#include <cstring>
#include <string_view>
#include <utility>

#include "json_scan.hpp"
#include "json_string.hpp"
#include "logchute/core/json_text.hpp"

namespace logchute {
namespace {

using json::Kind;
using json::Scanned;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kWhatToSend = "; send one JSON object, an array of objects, or lines as application/x-ndjson";

std::string_view kind_name(Kind kind) noexcept {
    switch (kind) {
        case Kind::object: return "an object";
        case Kind::array: return "an array";
        case Kind::string: return "a string";
        case Kind::number: return "a number";
        case Kind::boolean: return "a boolean";
        case Kind::null: return "null";
    }
    return "no object";
}

/// The first byte of `text` that is no UTF-8; its end where all is.
const char* bad_utf8(std::string_view text) noexcept {
    const char* at = text.data();
    const char* const end = at + text.size();
    if (json::is_valid_utf8(text)) return end;
    std::size_t bad = 0;
    for (std::size_t length = 1; at != end && length != 0; at += length) length = json::utf8_length(at, end, bad);
    return at;
}

class Cutter {
public:
    explicit Cutter(std::string& document)
        : begin_(document.data()),
          end_(begin_ + document.size()),
          out_(begin_),
          seen_(begin_),
          line_begin_(begin_),
          scanner_(document, end_) {}

    /// Makes the lines at the front of the document; how many bytes they have.
    Result<std::size_t> cut() {
        if (const char* const bad = bad_utf8({begin_, static_cast<std::size_t>(end_ - begin_)}); bad != end_)
            return not_json("this byte is no UTF-8", bad);
        const char* at = begin_;
        if (std::string_view(begin_, static_cast<std::size_t>(end_ - begin_)).starts_with(kByteOrderMark)) at += kByteOrderMark.size();
        at = scanner_.skip_space(at);
        if (at == end_) return logchute::fail(Errc::invalid, "the body is empty" + std::string(kWhatToSend));
        const auto behind = *at == '[' ? take_array(at) : take_object(at);
        if (!behind) return std::unexpected(behind.error());
        at = scanner_.skip_space(*behind);
        if (at != end_) return not_json("there is more behind the value", at);
        return static_cast<std::size_t>(out_ - begin_);
    }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

private:
    Result<const char*> take_array(const char* at) {
        at = scanner_.skip_space(at + 1);
        if (at != end_ && *at == ']') return at + 1;
        while (true) {
            const auto behind = take_object(at);
            if (!behind) return behind;
            at = scanner_.skip_space(*behind);
            if (at == end_) return not_json("the array is not closed", at);
            if (*at == ']') return at + 1;
            if (*at != ',') return not_json("expected ',' or ']'", at);
            at = scanner_.skip_space(at + 1);
        }
    }

    Result<const char*> take_object(const char* at) {
        if (at == end_ || *at != '{') return no_object(at);
        const char* const end = scanner_.object(at, [this](const Scanned&, const char* begin) {
            Scanned value;
            return scanner_.value(begin, value);
        });
        if (end == nullptr) return not_json(scanner_.problem(), scanner_.failed_at());
        see_until(end);
        if (count_++ != 0) *out_++ = '\n';
        const auto size = static_cast<std::size_t>(end - at);
        std::memmove(out_, at, size);
        out_ += size;
        return end;
    }

    std::unexpected<Error> no_object(const char* at) {
        Scanned value;
        if (scanner_.value(at, value) == nullptr) return not_json(scanner_.problem(), scanner_.failed_at());
        return logchute::fail(Errc::invalid, "the body must be one JSON object or an array of objects, but at " + place(at) + " there is " +
                                                 std::string(kind_name(value.kind)));
    }

    std::unexpected<Error> not_json(std::string_view problem, const char* at) {
        return logchute::fail(Errc::invalid,
                              "the body is not valid JSON at " + place(at) + ": " + std::string(problem) + std::string(kWhatToSend));
    }

    /// Counts the line ends up to `until` and makes them spaces. In valid JSON they stand between its parts alone.
    void see_until(const char* until) {
        while (seen_ != until) {
            char* const line_end = find(seen_, until, '\n');
            for (char* at = find(seen_, line_end, '\r'); at != line_end; at = find(at, line_end, '\r')) *at = ' ';
            seen_ = line_end;
            if (line_end == until) return;
            *seen_++ = ' ';
            ++line_;
            line_begin_ = seen_;
        }
    }
    static char* find(char* at, const char* end, char c) noexcept {
        const auto size = static_cast<std::size_t>(end - at);
        void* const found = std::memchr(at, c, size);
        return found == nullptr ? at + size : static_cast<char*>(found);
    }
    std::string place(const char* at) {
        see_until(at);
        return "line " + std::to_string(line_) + ", byte " + std::to_string(at - line_begin_ + 1);
    }

    char* const begin_;
    const char* const end_;
    char* out_;
    char* seen_;  ///< Up to here line ends are counted.
    const char* line_begin_;
    std::size_t line_ = 1;
    std::uint64_t count_ = 0;
    json::Scanner scanner_;
};

}  // namespace

Result<JsonRecords> json_records(std::string document) {
    Cutter cutter(document);
    const auto size = cutter.cut();
    if (!size) return std::unexpected(size.error());
    document.resize(*size);
    return JsonRecords{std::move(document), cutter.count()};
}

}  // namespace logchute
