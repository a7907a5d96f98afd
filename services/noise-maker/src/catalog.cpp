#include "catalog.hpp"

#include <array>

namespace logchute::noise {
namespace {

using Texts = std::span<const std::string_view>;

constexpr std::array<std::string_view, 4> kHttpDebug{"routing {method} {path} to {peer}", "cache lookup for {path} took {ms} ms",
                                                     "headers of {method} {path} accepted",
                                                     "keep-alive connection from {ip} reused {n} times"};
constexpr std::array<std::string_view, 5> kHttpInfo{"{method} {path} {status} in {ms} ms", "{method} {path} answered with {status}",
                                                    "request completed: {method} {path}", "served {path} to {ip} in {ms} ms",
                                                    "{n} items listed for {user}"};
constexpr std::array<std::string_view, 4> kHttpWarn{"slow response: {method} {path} took {ms} ms", "{method} {path} refused with {status}",
                                                    "rate limit near for {ip}: {n} requests in a minute",
                                                    "retrying call to {peer}, attempt {n}"};
constexpr std::array<std::string_view, 5> kHttpError{"upstream timeout calling {peer} after {ms} ms",
                                                     "{method} {path} failed with {status}", "connection refused by {peer}",
                                                     "connection reset by peer {ip}", "unhandled exception in {method} {path}"};
constexpr std::array<std::string_view, 3> kDatabaseDebug{"plan for {table} chosen in {ms} ms", "statement on {table} prepared",
                                                         "connection {n} of the pool taken"};
constexpr std::array<std::string_view, 3> kDatabaseInfo{"query on {table} returned {n} rows in {ms} ms",
                                                        "transaction {id} committed in {ms} ms", "vacuum of {table} freed {n} pages"};
constexpr std::array<std::string_view, 3> kDatabaseWarn{"slow query on {table} took {ms} ms", "replication lag of {peer} is {ms} ms",
                                                        "connection pool nearly used up: {n} waiting"};
constexpr std::array<std::string_view, 4> kDatabaseError{"deadlock detected on {table}, transaction {id} rolled back",
                                                         "connection pool exhausted, {n} waiting", "duplicate key in {table} for id {id}",
                                                         "query on {table} cancelled after {ms} ms"};
constexpr std::array<std::string_view, 2> kAuthDebug{"session {id} looked up in {ms} ms", "token of {user} is still fresh"};
constexpr std::array<std::string_view, 4> kAuthInfo{"{user} signed in from {ip}", "{user} signed out", "token issued for {user}",
                                                    "session {id} of {user} renewed"};
constexpr std::array<std::string_view, 3> kAuthWarn{"failed password for {user} from {ip}", "{user} is locked after {n} failed attempts",
                                                    "token of {user} has expired"};
constexpr std::array<std::string_view, 3> kAuthError{
    "signature of token {id} does not verify", "directory {peer} does not answer after {ms} ms", "permission denied for {user} on {path}"};
constexpr std::array<std::string_view, 2> kPaymentDebug{"quote {id} calculated in {ms} ms", "provider {peer} chosen for payment {id}"};
constexpr std::array<std::string_view, 4> kPaymentInfo{"payment {id} of {n}.90 EUR authorised", "payment {id} captured in {ms} ms",
                                                       "invoice {id} sent to {user}", "refund {id} of {n}.50 EUR completed"};
constexpr std::array<std::string_view, 3> kPaymentWarn{"payment {id} needs a second confirmation",
                                                       "provider {peer} answers slowly: {ms} ms", "currency rate is {n} minutes old"};
constexpr std::array<std::string_view, 4> kPaymentError{
    "payment {id} declined: card expired", "payment {id} failed: provider {peer} timed out", "ledger mismatch for account {id}",
    "webhook for payment {id} rejected with {status}"};
constexpr std::array<std::string_view, 2> kJobDebug{"job {id} waits for a worker", "heartbeat of worker {n} after {ms} ms"};
constexpr std::array<std::string_view, 4> kJobInfo{"job {id} completed in {ms} ms", "job {id} started by {user}", "batch of {n} mails sent",
                                                   "order {id} shipped with {n} items"};
constexpr std::array<std::string_view, 3> kJobWarn{"job {id} runs for {ms} ms already", "queue holds {n} jobs",
                                                   "job {id} will be retried, attempt {n}"};
constexpr std::array<std::string_view, 3> kJobError{"job {id} failed after {ms} ms: disk quota exceeded",
                                                    "job {id} gave up after {n} attempts", "worker {n} lost while running job {id}"};
constexpr std::array<std::string_view, 4> kFatal{"out of memory while serving {path}", "cannot bind port: address already in use",
                                                 "configuration of {peer} is unreadable, giving up", "data file of {table} is corrupt"};

struct TopicTexts {
    Texts debug, info, warn, error, paths;
};
constexpr std::array<std::string_view, 5> kHttpPaths{"/", "/api/v1/items/{id}", "/api/v1/search?page={id}", "/static/app-{id}.js",
                                                     "/api/v1/users/{id}/profile"};
constexpr std::array<std::string_view, 2> kDatabasePaths{"/query/{id}", "/status"};
constexpr std::array<std::string_view, 3> kAuthPaths{"/login", "/logout", "/api/v1/sessions/{id}"};
constexpr std::array<std::string_view, 3> kPaymentPaths{"/api/v1/payments/{id}", "/api/v1/refunds/{id}", "/webhook/provider"};
constexpr std::array<std::string_view, 3> kJobPaths{"/api/v1/orders/{id}", "/api/v1/jobs/{id}", "/api/v1/queue"};

constexpr std::array<TopicTexts, 5> kTopics{TopicTexts{kHttpDebug, kHttpInfo, kHttpWarn, kHttpError, kHttpPaths},
                                            TopicTexts{kDatabaseDebug, kDatabaseInfo, kDatabaseWarn, kDatabaseError, kDatabasePaths},
                                            TopicTexts{kAuthDebug, kAuthInfo, kAuthWarn, kAuthError, kAuthPaths},
                                            TopicTexts{kPaymentDebug, kPaymentInfo, kPaymentWarn, kPaymentError, kPaymentPaths},
                                            TopicTexts{kJobDebug, kJobInfo, kJobWarn, kJobError, kJobPaths}};

const TopicTexts& of(Topic topic) noexcept { return kTopics[static_cast<std::size_t>(topic)]; }

bool has_any(std::string_view name, std::initializer_list<std::string_view> words) noexcept {
    for (const std::string_view word : words) {
        if (name.find(word) != std::string_view::npos) return true;
    }
    return false;
}

}  // namespace

Topic topic_of(std::string_view service) noexcept {
    if (has_any(service, {"auth", "login", "session", "user"})) return Topic::auth;
    if (has_any(service, {"pay", "bill", "invoice", "checkout"})) return Topic::payment;
    if (has_any(service, {"db", "sql", "postgres", "store", "cache"})) return Topic::database;
    if (has_any(service, {"order", "job", "worker", "mail", "queue", "ship"})) return Topic::job;
    return Topic::http;
}

Texts texts(Topic topic, Level level) noexcept {
    const TopicTexts& all = of(topic);
    switch (level) {
        case Level::trace:
        case Level::debug: return all.debug;
        case Level::warn: return all.warn;
        case Level::error: return all.error;
        case Level::fatal: return kFatal;
        case Level::info:
        case Level::unknown: break;
    }
    return all.info;
}

Texts paths(Topic topic) noexcept { return of(topic).paths; }

}  // namespace logchute::noise
