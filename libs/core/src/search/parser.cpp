// search   := and_run { OR and_run }
// and_run  := negation { [AND] negation }
// negation := { '-' | NOT } operand
// operand  := '(' search ')' | '*' | words | name ':' ...
#include "budget.hpp"
#include "lexer.hpp"
#include "logchute/core/search/query.hpp"
#include "named_term.hpp"
#include "node.hpp"

namespace logchute::search {
namespace {

using Kind = Token::Kind;
using Parsed = std::expected<NodePtr, SyntaxError>;
using Step = std::expected<void, SyntaxError>;

class Parser {
public:
    Parser(std::string_view text, const Limits& limits) : lexer_(text), budget_{limits} {}

    [[nodiscard]] Parsed parse() {
        if (Step step = advance(); !step) return std::unexpected(std::move(step.error()));
        if (token_.kind == Kind::end) return make_node(Everything{});
        Parsed root = alternatives("a term");
        if (!root || token_.kind == Kind::end) return root;
        return refuse("an opening parenthesis before this one",
                      "Nothing is open here: remove the parenthesis, or put it in quotes to search for it.");
    }

private:
    [[nodiscard]] Step advance() {
        auto next = lexer_.next();
        if (!next) return std::unexpected(std::move(next.error()));
        token_ = std::move(*next);
        return {};
    }

    [[nodiscard]] std::unexpected<SyntaxError> refuse(std::string expected, std::string detail) const {
        return std::unexpected(lexer_.error(token_.at, std::move(expected), std::move(detail)));
    }

    /// `expected` says what is missing if nothing stands here.
    [[nodiscard]] Parsed alternatives(const char* expected) {
        std::vector<NodePtr> children;
        for (;;) {
            Parsed child = and_run(children.empty() ? expected : "a term after OR");
            if (!child) return child;
            children.push_back(std::move(*child));
            if (token_.kind != Kind::op_or) return any_of(std::move(children));
            if (Step step = advance(); !step) return std::unexpected(std::move(step.error()));
        }
    }

    [[nodiscard]] Parsed and_run(const char* expected) {
        std::vector<NodePtr> children;
        for (;;) {
            Parsed child = negation(expected);
            if (!child) return child;
            children.push_back(std::move(*child));
            if (token_.kind == Kind::op_or || token_.kind == Kind::close || token_.kind == Kind::end) return all_of(std::move(children));
            if (token_.kind != Kind::op_and) continue;
            if (Step step = advance(); !step) return std::unexpected(std::move(step.error()));
            expected = "a term after AND";
        }
    }

    [[nodiscard]] Parsed negation(const char* expected) {
        const std::size_t depth = depth_;
        std::size_t negations = 0;
        while (token_.kind == Kind::minus || token_.kind == Kind::op_not) {
            expected = token_.kind == Kind::minus ? "a term right after '-'" : "a term after NOT";
            if (Step step = enter(); !step) return std::unexpected(std::move(step.error()));
            ++negations;
        }
        Parsed node = operand(expected);
        depth_ = depth;
        if (!node) return node;
        for (; negations > 0; --negations) node = make_node(Not{std::move(*node)});
        return node;
    }

    [[nodiscard]] Parsed operand(const char* expected) {
        switch (token_.kind) {
            case Kind::open: return group();
            case Kind::everything: return finished(make_node(Everything{}));
            case Kind::words: {
                if (Step counts = count_term(lexer_, token_.at, budget_); !counts) return std::unexpected(std::move(counts.error()));
                return finished(make_node(Words{std::move(token_.text), token_.open_end}));
            }
            case Kind::name: {
                Parsed term = parse_named_term(lexer_, token_, budget_);
                if (!term) return term;
                return finished(std::move(*term));
            }
            case Kind::op_or: return refuse(expected, "OR stands between two terms; to search for the word, put it in quotes: \"OR\".");
            case Kind::op_and: return refuse(expected, "AND stands between two terms; to search for the word, put it in quotes: \"AND\".");
            case Kind::close:
                return refuse(expected, "Put something to search for before the parenthesis, or put it in quotes to search for it.");
            default: return refuse(expected, "The search ends too early: add the missing term, or remove what asks for it.");
        }
    }

    [[nodiscard]] Parsed group() {
        const std::size_t open = token_.at;
        if (Step step = enter(); !step) return std::unexpected(std::move(step.error()));
        Parsed inside = alternatives("a term after '('");
        if (!inside) return inside;
        if (token_.kind != Kind::close) {
            return refuse("a closing parenthesis", "The parenthesis opened at column " + std::to_string(lexer_.error(open, {}, {}).column) +
                                                       " is not closed: add ')', or put it in quotes to search for it.");
        }
        --depth_;
        return finished(std::move(*inside));
    }

    /// Steps over the token that ends `node`.
    [[nodiscard]] Parsed finished(NodePtr node) {
        if (Step step = advance(); !step) return std::unexpected(std::move(step.error()));
        return node;
    }

    /// Steps over a token that nests what follows one deeper.
    [[nodiscard]] Step enter() {
        if (++depth_ > budget_.limits.depth) {
            return refuse("at most " + std::to_string(budget_.limits.depth) + " parentheses and negations inside one another",
                          "Nest less deeply: most parentheses can go.");
        }
        return advance();
    }

    Lexer lexer_;
    Budget budget_;
    Token token_;
    std::size_t depth_ = 0;
};

std::expected<Query, SyntaxError> parse(std::string_view text, const Limits& limits) {
    if (text.size() > limits.bytes) {
        return std::unexpected(SyntaxError{column_of(text, limits.bytes), "at most " + std::to_string(limits.bytes) + " bytes",
                                           "The search is too long: split it into several."});
    }
    if (const auto at = first_invalid_utf8(text)) {
        return std::unexpected(SyntaxError{column_of(text, *at), "text in UTF-8", "Send the search as UTF-8."});
    }
    auto root = Parser(text, limits).parse();
    if (!root) return std::unexpected(std::move(root.error()));
    return Query(std::string(text), std::move(*root));
}

}  // namespace

std::expected<Query, SyntaxError> parse_query(std::string_view text) { return parse(text, Limits{}); }

std::expected<Query, SyntaxError> parse_canonical(std::string_view text) {
    // Quotes and escapes may make a text eight times as long; filters beside a search add terms and one level of parentheses each.
    return parse(text,
                 {.bytes = 8 * kQueryBytesMax, .depth = kQueryDepthMax + 20, .terms = 2 * kQueryTermsMax, .regexes = 2 * kQueryRegexesMax});
}

}  // namespace logchute::search
