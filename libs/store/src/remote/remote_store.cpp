#include "logchute/store/remote_store.hpp"

#include <string>
#include <utility>

#include "remote/store_codec.hpp"

namespace logchute::store {
namespace {

constexpr std::string_view kQueue = "store";
constexpr std::string_view kSearch = "svc.store.search";
constexpr std::string_view kRecord = "svc.store.record";
constexpr std::string_view kContext = "svc.store.context";
constexpr std::string_view kStats = "svc.store.stats";
constexpr std::string_view kHistogram = "svc.store.histogram";
constexpr std::string_view kFields = "svc.store.fields";
constexpr std::string_view kTallies = "svc.store.tallies";

/// A handler made of: how to read the question, how to answer it, how to write the answer.
template <class Decode, class Ask, class Encode>
bus::RequestHandler handler(Decode decode, Ask ask, Encode encode) {
    return [=](std::string_view text, bus::ReplyWriter& reply) -> Result<void> {
        auto question = decode(text);
        if (!question) return std::unexpected(question.error());
        auto answer = ask(*question);
        if (!answer) return std::unexpected(answer.error());
        return reply.write(encode(*answer));
    };
}

Result<std::string> as_text(std::string_view text) { return std::string(text); }

}  // namespace

RemoteLogReader::RemoteLogReader(bus::Connection& connection, std::chrono::milliseconds timeout)
    : connection_(connection), timeout_(timeout) {}

Result<RecordPage> RemoteLogReader::search(const SearchRequest& request) {
    auto answer = bus::request(connection_, kSearch, codec::encode_search(request), timeout_);
    if (!answer) return std::unexpected(answer.error());
    return codec::decode_page(std::move(*answer));
}

Result<std::string> RemoteLogReader::record(std::string_view id) { return bus::request(connection_, kRecord, id, timeout_); }

Result<ContextPage> RemoteLogReader::context(std::string_view id, std::size_t before, std::size_t after) {
    const auto answer = bus::request(connection_, kContext, codec::encode_context({std::string(id), before, after}), timeout_);
    if (!answer) return std::unexpected(answer.error());
    return codec::decode_context_page(*answer);
}

Result<Stats> RemoteLogReader::stats(const StatsRequest& request) {
    const auto answer = bus::request(connection_, kStats, codec::encode_stats(request), timeout_);
    if (!answer) return std::unexpected(answer.error());
    return codec::decode_stats_answer(*answer);
}

Result<Histogram> RemoteLogReader::histogram(const HistogramRequest& request) {
    const auto answer = bus::request(connection_, kHistogram, codec::encode_histogram(request), timeout_);
    if (!answer) return std::unexpected(answer.error());
    return codec::decode_histogram_answer(*answer);
}

Result<std::vector<FieldInfo>> RemoteLogReader::fields(const Scope& scope) {
    const auto answer = bus::request(connection_, kFields, codec::encode_scope(scope), timeout_);
    if (!answer) return std::unexpected(answer.error());
    return codec::decode_fields(*answer);
}

Result<Tallies> RemoteLogReader::tallies(std::string_view prefix) {
    const auto answer = bus::request(connection_, kTallies, prefix, timeout_);
    if (!answer) return std::unexpected(answer.error());
    return codec::decode_tallies(*answer);
}

namespace {

// Together not more than what the embedded store's memory is good for. Those who find are the more, because a person waits for each.
constexpr std::size_t kFindingThreads = 3;
constexpr std::size_t kCountingThreads = 2;

std::vector<bus::Responder::Route> finding_routes(LogReader& reader) {
    const auto serve_search = [&reader](std::string_view text, bus::ReplyWriter& reply) -> Result<void> {
        const auto request = codec::decode_search(text);
        if (!request) return std::unexpected(request.error());
        const auto page = reader.search(*request);
        if (!page) return std::unexpected(page.error());
        if (auto written = reply.write(codec::encode_page_head(*page)); !written) return written;
        return reply.write(page->lines);
    };
    return {
        {std::string(kSearch), serve_search},
        {std::string(kRecord),
         handler(
             as_text, [&reader](const std::string& id) { return reader.record(id); }, [](const std::string& line) { return line; })},
        {std::string(kContext),
         handler(
             codec::decode_context, [&reader](const codec::ContextRequest& it) { return reader.context(it.id, it.before, it.after); },
             codec::encode_context_page)},
        {std::string(kTallies),
         handler(
             as_text, [&reader](const std::string& prefix) { return reader.tallies(prefix); }, codec::encode_tallies)},
    };
}

std::vector<bus::Responder::Route> counting_routes(LogReader& reader) {
    return {
        {std::string(kStats),
         handler(
             codec::decode_stats, [&reader](const StatsRequest& it) { return reader.stats(it); }, codec::encode_stats_answer)},
        {std::string(kHistogram), handler(
                                      codec::decode_histogram, [&reader](const HistogramRequest& it) { return reader.histogram(it); },
                                      codec::encode_histogram_answer)},
        {std::string(kFields), handler(
                                   codec::decode_scope, [&reader](const Scope& it) { return reader.fields(it); }, codec::encode_fields)},
    };
}

std::unique_ptr<bus::Responder> serve(bus::Connection& connection, std::vector<bus::Responder::Route> routes, std::size_t threads) {
    return std::make_unique<bus::Responder>(connection, std::string(kQueue), std::move(routes), bus::ResponderOptions{.threads = threads});
}

}  // namespace

StoreServer::StoreServer(bus::Connection& connection, LogReader& reader)
    : finding_(serve(connection, finding_routes(reader), kFindingThreads)),
      counting_(serve(connection, counting_routes(reader), kCountingThreads)) {}

std::unique_ptr<StoreServer> serve_store(bus::Connection& connection, LogReader& reader) {
    return std::make_unique<StoreServer>(connection, reader);
}

}  // namespace logchute::store
