// What a start costs in memory that finds a log as large as logs get.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "store_fixture.hpp"

using namespace logchute;
using namespace logchute::store;
using namespace logchute::store::testing;

namespace {

// Batches too small for the place of their own that large ones are written to.
std::string lines(std::uint64_t sequence) {
    std::string text;
    for (std::size_t n = 0; n < 2000; ++n)
        text += R"({"message":"record )" + std::to_string(n) +
                " of many that tell the same story, again and again\",\"seq\":" + std::to_string(sequence) + "}\n";
    return text;
}

std::uintmax_t log_bytes(const TempFolder& folder) {
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        if (entry.path().extension() == ".wal") return entry.file_size();
    return 0;
}

}  // namespace

TEST_CASE("a log that was never checkpointed fits into half of the default memory when it is replayed, with searches beside it") {
    const TempFolder folder;
    const TempFolder killed;  // The files as a kill would have left them, with the largest log there was.
    std::uint64_t rows = 0, rows_killed = 0, sequence = 0;
    {
        DuckDbStore store(options_in(folder));
        for (std::uintmax_t before = 0; log_bytes(folder) >= before;) {
            before = log_bytes(folder);
            std::filesystem::remove_all(killed.path());
            std::filesystem::copy(folder.path(), killed.path());
            rows_killed = rows;
            BatchBuilder builder;
            ++sequence;
            builder.message(sequence, lines(sequence), Format::json);
            REQUIRE(store.append(builder.batch()));
            rows += 2000;
        }
    }
    CHECK(log_bytes(killed) > 0);
    CAPTURE(log_bytes(killed), rows_killed);

    DuckDbStore store(options_in(killed));
    REQUIRE(store.usage().rows == rows_killed);
    CHECK(count_of(store, "message:~\"again$\"") == rows_killed);
    BatchBuilder builder;
    builder.message(sequence, lines(sequence), Format::json);
    REQUIRE(store.append(builder.batch()));
    CHECK(count_of(store, "message:~\"again$\"") == rows_killed + 2000);
}
