#include "logchute/core/search/matcher.hpp"

#include <algorithm>
#include <optional>

#include "logchute/core/term_hash.hpp"
#include "logchute/core/tokens.hpp"
#include "node.hpp"
#include "target.hpp"

namespace logchute::search {

/// All, or any, of some terms and of further formulas. Nothing at all under `all` says yes to every block.
struct BlockTest::Formula {
    bool all = true;
    std::vector<std::uint64_t> terms;
    std::vector<Formula> children;

    [[nodiscard]] bool is_trivial() const noexcept { return all && terms.empty() && children.empty(); }

    [[nodiscard]] bool holds(Probe probe, void* state) const {
        const auto has = [&](std::uint64_t term) { return probe(state, term); };
        const auto child_holds = [&](const Formula& child) { return child.holds(probe, state); };
        if (all) return std::ranges::all_of(terms, has) && std::ranges::all_of(children, child_holds);
        return std::ranges::any_of(terms, has) || std::ranges::any_of(children, child_holds);
    }

    [[nodiscard]] static Formula of(const Node& node, bool negated);
};

namespace {

bool is_token(char c) noexcept { return is_token_char(static_cast<unsigned char>(c)); }

/// The tokens that every message with these words holds. Where an end of the words is a token character, so is the end of a token of the
/// message; only with an open end the last token may go on.
std::vector<std::uint64_t> tokens_of(const Words& words) {
    std::vector<std::uint64_t> tokens;
    for_each_token(words.text, [&](std::string_view token) { tokens.push_back(token_hash(token)); });
    if (words.open_end && !words.text.empty() && is_token(words.text.back())) tokens.pop_back();
    return tokens;
}

/// Whether `name:value` is a term of every record that has this value. Only members at the top of `fields` are terms, and a name with a dot
/// may also mean one further down.
bool are_terms(const Target& target) noexcept {
    using enum Target::Kind;
    switch (target.kind) {
        case source:
        case service:
        case host:
        case tag: return true;
        case field:
        case tag_or_field: return target.name.find('.') == std::string::npos;
        case message:
        case raw:
        case level: return false;
    }
    return false;
}

/// Objects and arrays compare by their JSON text, but are no terms.
bool is_term(const Value& value) noexcept {
    return !value.prefix && value.text.size() <= kTermBytesMax && !value.text.starts_with('{') && !value.text.starts_with('[');
}

/// The terms one of which every match holds; empty where that is not sure.
std::optional<std::vector<std::uint64_t>> terms_of(const Equals& it) {
    if (!are_terms(it.target) || !std::ranges::all_of(it.values, is_term)) return std::nullopt;
    const bool is_member = !it.target.name.empty();
    const std::uint64_t name = name_hash(is_member ? it.target.name : name_of(it.target));
    std::vector<std::uint64_t> terms;
    for (const Value& value : it.values) terms.push_back(pair_hash(name, value.text));
    return terms;
}

}  // namespace

BlockTest::Formula BlockTest::Formula::of(const Node& node, bool negated) {
    const auto group = [negated](const std::vector<NodePtr>& children, bool all) {
        Formula formula{all, {}, {}};
        for (const NodePtr& child : children) {
            Formula part = of(*child, negated);
            if (part.is_trivial() && all) continue;
            if (part.is_trivial()) return Formula{};
            if (part.all == all || part.terms.size() + part.children.size() == 1) {
                std::ranges::copy(part.terms, std::back_inserter(formula.terms));
                std::ranges::move(part.children, std::back_inserter(formula.children));
            } else {
                formula.children.push_back(std::move(part));
            }
        }
        return formula;
    };
    return std::visit(
        Overloaded{[&](const And& it) { return group(it.children, !negated); }, [&](const Or& it) { return group(it.children, negated); },
                   [&](const Not& it) { return of(*it.child, !negated); },
                   [&](const Words& it) { return negated ? Formula{} : Formula{true, tokens_of(it), {}}; },
                   [&](const Equals& it) {
                       auto terms = negated ? std::nullopt : terms_of(it);
                       return terms ? Formula{false, std::move(*terms), {}} : Formula{};
                   },
                   // Absence and order are no terms: any block may match.
                   [](const auto&) { return Formula{}; }},
        node.it);
}

BlockTest::BlockTest(const Query& query) : root_(std::make_unique<const Formula>(Formula::of(query.root(), false))) {}

BlockTest::~BlockTest() = default;
BlockTest::BlockTest(BlockTest&&) noexcept = default;
BlockTest& BlockTest::operator=(BlockTest&&) noexcept = default;

bool BlockTest::is_trivial() const noexcept { return root_->is_trivial(); }

bool BlockTest::evaluate(Probe probe, void* state) const { return root_->holds(probe, state); }

}  // namespace logchute::search
