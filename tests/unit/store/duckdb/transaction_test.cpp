#include "duckdb/transaction.hpp"

#include <catch2/catch_test_macros.hpp>
#include <new>

#include "duckdb/database.hpp"
#include "store_fixture.hpp"

using namespace logchute;
using namespace logchute::store;
using namespace logchute::store::duck;
using namespace logchute::store::testing;

namespace {

class Table {
public:
    Table() : database_(options_in(folder_)), connection_(database_.new_connection()) {
        REQUIRE(connection_.run("CREATE TABLE t (n BIGINT)"));
    }
    Connection& connection() { return connection_; }
    Result<void> insert() { return connection_.run("INSERT INTO t VALUES (1)"); }
    /// As another connection sees it.
    std::int64_t rows() {
        auto result = database_.connection()->query("SELECT count(*) FROM t").value();
        return *column_of<std::int64_t>(result.next_chunk().get(), 0);
    }

private:
    TempFolder folder_;
    Database database_;
    Connection connection_;
};

}  // namespace

TEST_CASE("what a transaction did is there once its body has gone well") {
    Table table;
    CHECK(in_transaction(table.connection(), [&] { return table.insert(); }));
    CHECK(table.rows() == 1);
}

TEST_CASE("nothing of a transaction is left, and the next one begins, where its body fails or throws") {
    Table table;
    SECTION("a failure") {
        const auto done = in_transaction(table.connection(), [&]() -> Result<void> {
            REQUIRE(table.insert());
            return fail(Errc::failed, "on purpose");
        });
        CHECK(done.error().detail == "on purpose");
    }
    SECTION("a statement that fails, which ends the transaction by itself") {
        CHECK_FALSE(in_transaction(table.connection(), [&] {
            REQUIRE(table.insert());
            return table.connection().run("INSERT INTO nowhere VALUES (1)");
        }));
    }
    SECTION("an exception") {
        CHECK_THROWS_AS((void)in_transaction(table.connection(),
                                             [&]() -> Result<void> {
                                                 REQUIRE(table.insert());
                                                 throw std::bad_alloc();
                                             }),
                        std::bad_alloc);
    }
    CHECK(table.rows() == 0);
    CHECK(in_transaction(table.connection(), [&] { return table.insert(); }));
    CHECK(table.rows() == 1);
}
