// Statements of DuckDB's that fail when told to: what a broken disk does at a moment that no test can choose otherwise.
#pragma once

#include <string>
#include <string_view>

namespace logchute::store::testing {

enum class Fault {
    before,  ///< The statement is not carried out.
    after,   ///< It is carried out, and said to have failed all the same.
};

/// For as long as it lives, the next `failures` statements of any connection that begin with `statement` fail.
class FailingStatement {
public:
    FailingStatement(std::string statement, Fault fault, int failures = 1);
    ~FailingStatement();
    FailingStatement(const FailingStatement&) = delete;
    FailingStatement& operator=(const FailingStatement&) = delete;
    [[nodiscard]] int failed() const;  ///< How many have failed so far.

    /// For the function that takes the place of DuckDB's.
    [[nodiscard]] static const FailingStatement* find(std::string_view sql);
    [[nodiscard]] Fault fault() const noexcept { return fault_; }

private:
    const std::string statement_;
    const Fault fault_;
    int failures_;
    int failed_ = 0;
};

}  // namespace logchute::store::testing
