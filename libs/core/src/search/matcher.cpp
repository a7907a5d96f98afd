// A search compiles to a branching program: each step asks one question about the row and names the step to go on with after "yes" and
// after "no". "And", "or" and "not" are only in those names, so a match is one loop, without recursion or a stack, that stops at the
// first question that settles the outcome.
#include "logchute/core/search/matcher.hpp"

#include <algorithm>
#include <limits>

#include "node.hpp"
#include "predicates.hpp"

namespace logchute::search {
namespace {

using StepIndex = std::uint32_t;
constexpr StepIndex kMatch = std::numeric_limits<StepIndex>::max();
constexpr StepIndex kNoMatch = kMatch - 1;

struct Step {
    Predicate predicate;
    StepIndex yes;
    StepIndex no;
};

/// A node of the tree with its predicates made and its costs known; children go cheap first.
struct Plan {
    enum class Kind : std::uint8_t { everything, leaf, all, any, negation };
    Kind kind = Kind::everything;
    int cost = 0;
    std::vector<Predicate> predicate;  // of a leaf: one
    std::vector<Plan> children;
};

Plan plan_of(const Node& node);

Plan group_plan(Plan::Kind kind, const std::vector<NodePtr>& children) {
    Plan plan{kind, 0, {}, {}};
    for (const NodePtr& child : children) plan.children.push_back(plan_of(*child));
    std::ranges::sort(plan.children, {}, &Plan::cost);
    for (const Plan& child : plan.children) plan.cost += child.cost;
    return plan;
}

Plan leaf_plan(Predicate predicate) {
    Plan plan{Plan::Kind::leaf, std::visit([](const auto& it) { return it.cost(); }, predicate), {}, {}};
    plan.predicate.push_back(std::move(predicate));
    return plan;
}

Plan plan_of(const Node& node) {
    return std::visit(
        Overloaded{[](const Everything&) { return Plan{}; }, [](const And& it) { return group_plan(Plan::Kind::all, it.children); },
                   [](const Or& it) { return group_plan(Plan::Kind::any, it.children); },
                   [](const Not& it) {
                       Plan plan{Plan::Kind::negation, 0, {}, {}};
                       plan.children.push_back(plan_of(*it.child));
                       plan.cost = plan.children.front().cost;
                       return plan;
                   },
                   [](const auto& leaf) { return leaf_plan(predicate_of(leaf)); }},
        node.it);
}

/// Appends the steps of `plan`, last one first, because each has to know where to go next. Returns where to begin.
StepIndex emit(Plan& plan, StepIndex yes, StepIndex no, std::vector<Step>& steps) {
    switch (plan.kind) {
        case Plan::Kind::everything: return yes;
        case Plan::Kind::negation: return emit(plan.children.front(), no, yes, steps);
        case Plan::Kind::all: {
            StepIndex next = yes;
            for (auto child = plan.children.rbegin(); child != plan.children.rend(); ++child) next = emit(*child, next, no, steps);
            return next;
        }
        case Plan::Kind::any: {
            StepIndex next = no;
            for (auto child = plan.children.rbegin(); child != plan.children.rend(); ++child) next = emit(*child, yes, next, steps);
            return next;
        }
        case Plan::Kind::leaf: break;
    }
    steps.push_back({std::move(plan.predicate.front()), yes, no});
    return static_cast<StepIndex>(steps.size() - 1);
}

}  // namespace

struct Matcher::Compiled {
    std::vector<Step> steps;
    StepIndex begin = kMatch;
};

Matcher::Matcher(const Query& query) {
    auto compiled = std::make_unique<Compiled>();
    Plan plan = plan_of(query.root());
    compiled->begin = emit(plan, kMatch, kNoMatch, compiled->steps);
    for (const Step& step : compiled->steps) {
        needs_ = static_cast<std::uint8_t>(needs_ | std::visit([](const auto& it) { return it.columns(); }, step.predicate));
    }
    root_ = std::move(compiled);
}

Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

bool Matcher::is_everything() const noexcept { return root_->begin == kMatch; }

bool Matcher::matches(const Row& row) const {
    StepIndex at = root_->begin;
    while (at < kNoMatch) {
        const Step& step = root_->steps[at];
        at = std::visit([&row](const auto& predicate) { return predicate(row); }, step.predicate) ? step.yes : step.no;
    }
    return at == kMatch;
}

}  // namespace logchute::search
