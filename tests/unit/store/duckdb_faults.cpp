#include "duckdb_faults.hpp"

#include <dlfcn.h>
#include <duckdb.h>

#include <algorithm>
#include <mutex>
#include <vector>

namespace logchute::store::testing {
namespace {

struct Faults {
    std::mutex mutex;
    std::vector<FailingStatement*> all;  // They and their counts are guarded by mutex.
};

Faults& faults() {
    static Faults one;
    return one;
}

}  // namespace

FailingStatement::FailingStatement(std::string statement, Fault fault, int failures)
    : statement_(std::move(statement)), fault_(fault), failures_(failures) {
    const std::lock_guard lock(faults().mutex);
    faults().all.push_back(this);
}

FailingStatement::~FailingStatement() {
    const std::lock_guard lock(faults().mutex);
    std::erase(faults().all, this);
}

int FailingStatement::failed() const {
    const std::lock_guard lock(faults().mutex);
    return failed_;
}

const FailingStatement* FailingStatement::find(std::string_view sql) {
    const std::lock_guard lock(faults().mutex);
    const auto found = std::find_if(faults().all.begin(), faults().all.end(), [sql](const FailingStatement* one) {
        return one->failed_ < one->failures_ && sql.starts_with(one->statement_);
    });
    if (found == faults().all.end()) return nullptr;
    ++(*found)->failed_;
    return *found;
}

}  // namespace logchute::store::testing

// Takes the place of the library's own, which it calls.
extern "C" duckdb_state duckdb_query(duckdb_connection connection, const char* query, duckdb_result* out_result) {
    using namespace logchute::store::testing;
    using Query = duckdb_state (*)(duckdb_connection, const char*, duckdb_result*);
    static const auto real = reinterpret_cast<Query>(::dlsym(RTLD_NEXT, "duckdb_query"));
    const auto* const failing = FailingStatement::find(query);
    if (failing == nullptr) return real(connection, query, out_result);
    if (failing->fault() == Fault::after) {
        duckdb_result unseen;
        real(connection, query, &unseen);
        duckdb_destroy_result(&unseen);
    }
    return real(connection, "SELECT error('failed on purpose')", out_result);
}
