#include "named_term.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "node.hpp"
#include "regex.hpp"
#include "target.hpp"

namespace logchute::search {
namespace {

using Kind = Target::Kind;
using Term = std::expected<NodePtr, SyntaxError>;

std::optional<double> number_of(std::string_view text) noexcept {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, number);
    if (problem != std::errc{} || stop != end || !std::isfinite(number)) return std::nullopt;
    return number;
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// One `name:...` term on its way.
class NamedTerm {
public:
    NamedTerm(Lexer& lexer, const Token& name, Target target, Budget& budget)
        : lexer_(lexer), name_(name), target_(std::move(target)), budget_(budget), shown_("'" + excerpt(name.text) + ":'") {}

    [[nodiscard]] Term parse() {
        if (lexer_.accept('~')) return regex();
        if (target_.kind == Kind::raw) {
            return refuse(lexer_.at(), "~\"regex\" after 'raw:'", "The whole line takes a regular expression alone: write raw:~\"...\".");
        }
        if (const auto comparison = accept_comparison()) {
            return target_.kind == Kind::level ? level_comparison(*comparison) : number_comparison(*comparison);
        }
        return values();
    }

private:
    [[nodiscard]] std::unexpected<SyntaxError> refuse(std::size_t at, std::string expected, std::string detail) const {
        return std::unexpected(lexer_.error(at, std::move(expected), std::move(detail)));
    }

    [[nodiscard]] std::optional<Comparison> accept_comparison() noexcept {
        if (lexer_.accept('<')) return lexer_.accept('=') ? Comparison::less_equal : Comparison::less;
        if (lexer_.accept('>')) return lexer_.accept('=') ? Comparison::greater_equal : Comparison::greater;
        return std::nullopt;
    }

    [[nodiscard]] std::string after(std::string_view sign) const { return "after '" + excerpt(name_.text) + ":" + std::string(sign) + "'"; }

    [[nodiscard]] Term regex() {
        auto value = lexer_.value("a regular expression in quotes " + after("~"));
        if (!value) return std::unexpected(std::move(value.error()));
        if (!lexer_.at_term_end() || (value->quoted && value->open_end)) {
            return refuse(value->at, "a regular expression in quotes " + after("~"),
                          "Put the whole expression in quotes: " + excerpt(name_.text) + ":~\"...\".");
        }
        if (value->open_end) value->text += '*';  // without quotes the star is the expression's own
        if (++budget_.regexes > budget_.limits.regexes) {
            return refuse(name_.at, "at most " + std::to_string(budget_.limits.regexes) + " regular expressions",
                          "Join some of them with '|' inside one expression.");
        }
        if (auto fault = regex_fault(value->text)) {
            return refuse(value->at, "a regular expression as RE2 takes it " + after("~"),
                          "The expression does not compile: " + excerpt(*fault) + ". Mend it, or search for the text itself in quotes.");
        }
        return counted(Regex{target_, std::move(value->text)});
    }

    [[nodiscard]] Term level_comparison(Comparison comparison) {
        auto value = lexer_.value("a level " + after(sign_of(comparison)));
        if (!value) return std::unexpected(std::move(value.error()));
        const auto levels = levels_of(value->text, false);
        const auto level = levels.empty() ? Level::unknown : parse_level(levels.front().text).value_or(Level::unknown);
        if (level == Level::unknown || value->open_end || !lexer_.at_term_end()) {
            return refuse(value->at, "a level " + after(sign_of(comparison)),
                          "Name a level that has a severity: trace, debug, info, warn, error or fatal.");
        }
        return counted(LevelCompare{comparison, level});
    }

    [[nodiscard]] Term number_comparison(Comparison comparison) {
        if (target_.kind != Kind::field && target_.kind != Kind::tag_or_field) {
            return refuse(
                name_.at, "a field before '" + std::string(sign_of(comparison)) + "'",
                excerpt(name_.text) + " is text and has no order: compare it with ':' or ':~', or compare a field that holds numbers.");
        }
        auto value = lexer_.value("a number " + after(sign_of(comparison)));
        if (!value) return std::unexpected(std::move(value.error()));
        const auto number = value->quoted || value->open_end ? std::nullopt : number_of(value->text);
        if (!number || !lexer_.at_term_end()) {
            return refuse(value->at, "a number " + after(sign_of(comparison)),
                          "Comparisons take numbers such as 500, -1 or 250.5, in the unit the field is in.");
        }
        return counted(Compare{target_, comparison, *number});
    }

    [[nodiscard]] Term values() {
        std::vector<Value> values;
        const std::size_t begin = lexer_.at();
        do {
            auto value = lexer_.value(values.empty() ? "a value after " + shown_ : "another value after ','");
            if (!value) return std::unexpected(std::move(value.error()));
            const bool star = !value->quoted && value->text == "*";
            if (star && value->at == begin && lexer_.peek() != ',') return counted(Exists{target_});
            if (auto counts = count_term(lexer_, value->at, budget_); !counts) return std::unexpected(std::move(counts.error()));
            if (auto added = add(values, star ? ValueToken{value->at, {}, false, true} : std::move(*value)); !added) {
                return std::unexpected(std::move(added.error()));
            }
        } while (lexer_.accept(','));
        if (target_.kind == Kind::message) return message_words(std::move(values));
        return make_node(Equals{target_, std::move(values)});
    }

    [[nodiscard]] std::expected<void, SyntaxError> add(std::vector<Value>& values, ValueToken value) const {
        if (target_.kind != Kind::level) {
            values.push_back({std::move(value.text), value.open_end});
            return {};
        }
        auto levels = levels_of(value.text, value.open_end);
        if (levels.empty()) {
            return refuse(value.at, "a level after " + shown_, "'" + excerpt(value.text) + "' is no level: use " + level_names() + ".");
        }
        for (Value& level : levels) {
            if (std::ranges::find(values, level.text, &Value::text) == values.end()) values.push_back(std::move(level));
        }
        return {};
    }

    /// `message:a,b` has no other sensible meaning than the words themselves.
    [[nodiscard]] static NodePtr message_words(std::vector<Value> values) {
        std::vector<NodePtr> words;
        for (Value& value : values) words.push_back(make_node(Words{std::move(value.text), value.prefix}));
        return any_of(std::move(words));
    }

    template <class T>
    [[nodiscard]] Term counted(T term) {
        if (auto counts = count_term(lexer_, name_.at, budget_); !counts) return std::unexpected(std::move(counts.error()));
        return make_node(std::move(term));
    }

    Lexer& lexer_;
    const Token& name_;
    Target target_;
    Budget& budget_;
    std::string shown_;
};

}  // namespace

std::vector<Value> levels_of(std::string_view text, bool prefix) {
    std::string folded(text);
    std::ranges::transform(folded, folded.begin(), lower);
    std::vector<Value> values;
    for (const Level level : kLevels) {
        const std::string_view name = to_string(level);
        if (prefix ? name.starts_with(folded) : name == folded) values.push_back({std::string(name), false});
    }
    if (values.empty() && !prefix) {
        if (const auto level = parse_level(text)) values.push_back({std::string(to_string(*level)), false});
    }
    return values;
}

std::string level_names() {
    std::string names;
    for (const Level level : kLevels) {
        if (level != Level::unknown) names.append(to_string(level)).append(", ");
    }
    names.resize(names.size() - 2);
    return names.append(" or ").append(to_string(Level::unknown));
}

std::expected<void, SyntaxError> count_term(const Lexer& lexer, std::size_t at, Budget& budget) {
    if (++budget.terms <= budget.limits.terms) return {};
    return std::unexpected(lexer.error(at, "at most " + std::to_string(budget.limits.terms) + " terms", "Split the search into several."));
}

std::expected<NodePtr, SyntaxError> parse_named_term(Lexer& lexer, const Token& name, Budget& budget) {
    auto target = target_of(name.text);
    if (!target) {
        return std::unexpected(lexer.error(name.at, "a name after '" + name.text + "'",
                                           "Write the name of a tag or field behind the dot: tags.region, fields.status."));
    }
    return NamedTerm(lexer, name, std::move(*target), budget).parse();
}

}  // namespace logchute::search
