#include "node.hpp"

namespace logchute::search {
namespace {

template <class Group>
NodePtr group(std::vector<NodePtr> children) {
    if (children.size() == 1) return std::move(children.front());
    Group group;
    for (NodePtr& child : children) {
        if (auto* const same = std::get_if<Group>(&child->it)) {
            for (NodePtr& grandchild : same->children) group.children.push_back(std::move(grandchild));
        } else {
            group.children.push_back(std::move(child));
        }
    }
    return make_node(std::move(group));
}

template <class Group>
NodePtr clone_group(const Group& group) {
    Group copy;
    for (const NodePtr& child : group.children) copy.children.push_back(clone(*child));
    return make_node(std::move(copy));
}

}  // namespace

NodePtr all_of(std::vector<NodePtr> children) { return group<And>(std::move(children)); }
NodePtr any_of(std::vector<NodePtr> children) { return group<Or>(std::move(children)); }

NodePtr clone(const Node& node) {
    return std::visit(
        Overloaded{[](const And& it) { return clone_group(it); }, [](const Or& it) { return clone_group(it); },
                   [](const Not& it) { return make_node(Not{clone(*it.child)}); }, [](const auto& leaf) { return make_node(leaf); }},
        node.it);
}

}  // namespace logchute::search
