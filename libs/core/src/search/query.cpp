#include "logchute/core/search/query.hpp"

#include "lexer.hpp"
#include "logchute/core/json_text.hpp"
#include "named_term.hpp"
#include "node.hpp"
#include "target.hpp"

namespace logchute::search {
namespace {

Query query_of(NodePtr root) {
    std::string text = to_text(*root);
    return {std::move(text), std::move(root)};
}

bool is_everything(const Node& node) { return std::holds_alternative<Everything>(node.it); }

std::unexpected<SyntaxError> refuse(std::string expected, std::string detail) {
    return std::unexpected(SyntaxError{1, std::move(expected), std::move(detail)});
}

}  // namespace

Query::Query() : Query("*", make_node(Everything{})) {}

Query::Query(std::string text, NodePtr root) : text_(std::move(text)), root_(std::move(root)) {}

Query both(const Query& a, const Query& b) {
    if (is_everything(a.root())) return b;
    if (is_everything(b.root())) return a;
    std::vector<NodePtr> children;
    children.push_back(clone(a.root()));
    children.push_back(clone(b.root()));
    return query_of(all_of(std::move(children)));
}

std::expected<Query, SyntaxError> equals(std::string_view name, std::string_view value) {
    if (!json::is_valid_utf8(name) || !json::is_valid_utf8(value)) return refuse("text in UTF-8", "Send the name and its value as UTF-8.");
    auto target = name.empty() ? std::nullopt : target_of(name);
    if (!target) return refuse("a name", "Name a column, tag or field: service, tags.region, fields.status.");
    if (target->kind == Target::Kind::message) return words(value);
    if (target->kind == Target::Kind::raw)
        return refuse("another name than raw", "The whole line takes a regular expression alone: raw:~\"...\".");
    if (target->kind != Target::Kind::level) return query_of(make_node(Equals{std::move(*target), {{std::string(value), false}}}));
    auto levels = levels_of(value, false);
    if (levels.empty()) return refuse("a level", "'" + excerpt(value) + "' is no level: use " + level_names() + ".");
    return query_of(make_node(Equals{std::move(*target), std::move(levels)}));
}

Query words(std::string_view text) { return query_of(make_node(Words{json::to_valid_utf8(text), false})); }

}  // namespace logchute::search
