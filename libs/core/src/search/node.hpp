// Making and copying nodes of the tree.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "logchute/core/search/query.hpp"

namespace logchute::search {

template <class T>
[[nodiscard]] NodePtr make_node(T it) {
    return std::make_unique<Node>(Node{std::move(it)});
}

/// All, or any, of `children`, which are not none: one alone stands for itself, and children of the same kind give their own children, so
/// that a tree has one form however its text was grouped.
[[nodiscard]] NodePtr all_of(std::vector<NodePtr> children);
[[nodiscard]] NodePtr any_of(std::vector<NodePtr> children);

[[nodiscard]] NodePtr clone(const Node& node);

/// Calls one of several lambdas, by the type of the node.
template <class... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};

}  // namespace logchute::search
