#include "export_route.hpp"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "csv.hpp"
#include "scope_parameters.hpp"

namespace logchute::dashboard {
namespace {

// A page is one answer over the bus: of 64 KiB records it is 128 MiB, within what an answer may have.
constexpr std::size_t kPageRecords = 2'000;
constexpr std::array<std::string_view, 2> kFormats{"ndjson", "csv"};

Result<std::string> rows_of(const store::RecordPage& page, bool is_csv) {
    if (!is_csv) return page.lines;
    std::string rows;
    std::string_view lines = page.lines;
    while (!lines.empty()) {
        const auto end = lines.find('\n');
        if (auto done = append_csv_row(rows, lines.substr(0, end)); !done) return std::unexpected(done.error());
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
    return rows;
}

/// Writes the first page and all that follow.
Result<void> write_all(store::LogReader& reader, store::SearchRequest question, store::RecordPage page, bool is_csv,
                       http::BodyWriter& out) {
    if (is_csv) {
        std::string head;
        append_csv_head(head);
        if (auto done = out.write(head); !done) return done;
    }
    while (true) {
        const auto rows = rows_of(page, is_csv);
        if (!rows) return std::unexpected(rows.error());
        if (auto done = out.write(*rows); !done) return done;
        if (page.next_cursor.empty()) return {};
        question.cursor = std::move(page.next_cursor);
        auto next = reader.search(question);
        if (!next) return std::unexpected(std::move(next).error().in("export"));
        page = std::move(*next);
    }
}

}  // namespace

void ExportRoute::add_to(http::Router& router) {
    router.get("/api/v1/logs/export", [this](http::Request& request) { return answer(request); });
}

http::Response ExportRoute::answer(const http::Request& request) {
    http::Parameters parameters(request);
    ScopeParameters scope(parameters, Filters::single, now());
    const bool is_csv = parameters.one_of("format", "ndjson", kFormats) == "csv";
    if (auto problem = first_problem(parameters, scope)) return http::Response::problem(std::move(*problem));

    store::SearchRequest question{std::move(scope.scope), kPageRecords, store::Order::oldest_first, {}};
    // The first page is asked for before the answer begins, so that what is wrong can still be an error.
    auto first = reader_.search(question);
    if (!first) return store_failure(first.error());
    http::Response response;
    response.body =
        http::BodyStream([this, question = std::move(question), page = std::move(*first), is_csv](http::BodyWriter& out) mutable {
            return write_all(reader_, std::move(question), std::move(page), is_csv, out);
        });
    response.with("Content-Type", is_csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson");
    response.with("Content-Disposition", is_csv ? "attachment; filename=\"logs.csv\"" : "attachment; filename=\"logs.ndjson\"");
    return response;
}

}  // namespace logchute::dashboard
