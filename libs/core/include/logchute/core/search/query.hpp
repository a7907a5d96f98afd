// The search language as a tree. CONTRACT.md, "The search language, exactly", is its definition; docs/search.md its manual.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "logchute/core/level.hpp"

namespace logchute::search {

/// What a `name:` stands for.
struct Target {
    enum class Kind : std::uint8_t {
        message,       ///< `message:~` and `message:*`; `message:word` is Words.
        raw,           ///< `raw:~` alone.
        source,        ///< These four are columns of their own.
        service,       //
        host,          //
        level,         //
        tag,           ///< `tags.name`
        field,         ///< `fields.a.b`
        tag_or_field,  ///< Any other name.
    };
    Kind kind = Kind::message;
    std::string name;  ///< Of the tag or field, without the prefix.
    friend bool operator==(const Target&, const Target&) = default;
};

enum class Comparison : std::uint8_t { less, less_equal, greater, greater_equal };

struct Node;
using NodePtr = std::unique_ptr<Node>;

/// Empty, or `*`.
struct Everything {};
/// `word`, `"a phrase"`, `word*`.
struct Words {
    std::string text;
    bool open_end = false;
};
/// One alternative of `name:a,b*`.
struct Value {
    std::string text;
    bool prefix = false;
};
/// Any of the values; with `level` they are canonical level names.
struct Equals {
    Target target;
    std::vector<Value> values;
};
/// `name:*`.
struct Exists {
    Target target;
};
/// `name:>5`, of a field.
struct Compare {
    Target target;
    Comparison comparison;
    double number;
};
/// `level:>=warn`; `unknown` never matches.
struct LevelCompare {
    Comparison comparison;
    Level level;
};
/// RE2, found anywhere, with case; checked when parsed.
struct Regex {
    Target target;
    std::string pattern;
};
/// Groups have two children or more, none of them a group of the same kind.
struct And {
    std::vector<NodePtr> children;
};
struct Or {
    std::vector<NodePtr> children;
};
struct Not {
    NodePtr child;
};

struct Node {
    std::variant<Everything, Words, Equals, Exists, Compare, LevelCompare, Regex, And, Or, Not> it;
};

/// A parsed search. Immutable and shared: copies are cheap, any thread may read.
class Query {
public:
    Query();  ///< Everything.
    Query(std::string text, NodePtr root);
    [[nodiscard]] const Node& root() const noexcept { return *root_; }
    /// As it was written; canonical where it was put together by both(), equals() or words(). parse_canonical() gives the same tree back.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
    std::shared_ptr<const Node> root_;
};

/// Where and why a search does not parse.
struct SyntaxError {
    std::size_t column = 1;  ///< 1-based, in characters (code points), at most one past the end.
    std::string expected;  ///< "a value after 'service:'"
    std::string detail;  ///< A sentence that says what to do.
};

inline constexpr std::size_t kQueryBytesMax = 64 * 1024;
inline constexpr std::size_t kQueryDepthMax = 200;  ///< Parentheses and negations inside one another.
inline constexpr std::size_t kQueryTermsMax = 1000;  ///< Each value of a list counts.
inline constexpr std::size_t kQueryRegexesMax = 50;  ///< So that all of them take 50 MiB at most.
inline constexpr std::int64_t kRegexMemoryMax = 1 << 20;  ///< Bytes a compiled expression may take (RE2's max_mem).

/// Threads: any. Bad input of any kind is a SyntaxError.
[[nodiscard]] std::expected<Query, SyntaxError> parse_query(std::string_view text);
/// The same for the text of a Query that another part has parsed and sent on: its limits leave room for what both() adds and for canonical
/// spelling, so that a search at a limit is not refused halfway.
[[nodiscard]] std::expected<Query, SyntaxError> parse_canonical(std::string_view text);

/// `a AND b`, for the single filters beside `q` (service=, host=, level=, message=).
[[nodiscard]] Query both(const Query& a, const Query& b);
/// `name:value` with exactly this value, whatever characters are in it; a level is taken by meaning. Refuses an unknown level.
[[nodiscard]] std::expected<Query, SyntaxError> equals(std::string_view name, std::string_view value);
/// Words as a quoted phrase. Ill-formed UTF-8 becomes U+FFFD, as it does in messages.
[[nodiscard]] Query words(std::string_view text);

/// The canonical text of a parsed tree, which parses to the same tree (parse_canonical): for logs, tests and the wire.
[[nodiscard]] std::string to_text(const Node& node);

}  // namespace logchute::search
