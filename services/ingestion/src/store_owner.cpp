#include "store_owner.hpp"

#include <utility>
#include <vector>

#include "dead_letter_answers.hpp"
#include "ledger_answers.hpp"
#include "logchute/runtime/logging.hpp"
#include "logchute/store/remote_store.hpp"
#include "pipeline.hpp"
#include "retention.hpp"
#include "store_metrics.hpp"

namespace logchute::ingestion {
namespace {

// Asking for the lock costs microseconds; this is most of what a takeover takes.
constexpr std::chrono::milliseconds kAskAgain{200};

store::DuckDbOptions options_of(const runtime::StoreSettings& settings) {
    return {.path = settings.path,
            .memory_limit_bytes = settings.memory_limit.value,
            .threads = settings.threads,
            .retention = settings.retention,
            .query_timeout = settings.query_timeout};
}

}  // namespace

/// All that runs on an open store.
struct StoreOwner::Active {
    Active(const runtime::Settings& settings, bus::Connection& connection, bus::Publisher& publisher, runtime::Metrics& metrics)
        : store(options_of(settings.store)),
          store_metrics(expose_store(metrics, store)),
          retention(store),
          ledger(store, connection, metrics),
          pipeline(connection, store, ledger, publisher, settings, metrics),
          answers(store::serve_store(connection, store)),
          ledger_answers(serve_ledger(connection, ledger)),
          dead_letters(connection, publisher, settings.gateway.line_bytes_max.value),
          dead_letter_answers(serve_dead_letters(connection, dead_letters)) {}

    store::DuckDbStore store;
    std::vector<std::shared_ptr<void>> store_metrics;
    Retention retention;
    Ledger ledger;
    Pipeline pipeline;
    std::unique_ptr<store::StoreServer> answers;
    std::unique_ptr<bus::Responder> ledger_answers;
    DeadLetterQueue dead_letters;
    std::unique_ptr<bus::Responder> dead_letter_answers;
};

StoreOwner::StoreOwner(const runtime::Settings& settings, bus::Connection& connection, bus::Publisher& publisher, runtime::Metrics& metrics,
                       runtime::Health& health, std::function<void(std::string)> fail)
    : settings_(settings), connection_(connection), publisher_(publisher), metrics_(metrics), health_(health), fail_(std::move(fail)) {
    active_ = try_to_own();
    if (active_) return;
    runtime::log_info("standing by", {{"cause", owner_}});
    health_.set_state(runtime::Health::State::standby);
    waiter_ = std::jthread([this](const std::stop_token& stop) { stand_by(stop); });
}

StoreOwner::~StoreOwner() = default;

std::unique_ptr<StoreOwner::Active> StoreOwner::try_to_own() {
    try {
        return std::make_unique<Active>(settings_, connection_, publisher_, metrics_);
    } catch (const store::StoreOwnedElsewhere& owned) {
        owner_ = owned.what();
        return nullptr;
    }
}

void StoreOwner::stand_by(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        try {
            if (auto active = try_to_own()) {
                const std::lock_guard lock(mutex_);
                active_ = std::move(active);
                runtime::log_info("took over: the store is ours now");
                health_.set_state(runtime::Health::State::ready);
                return;
            }
        } catch (const std::exception& failure) {
            return fail_(failure.what());
        }
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, kAskAgain, [] { return false; });
    }
}

void StoreOwner::stop_pipeline(std::chrono::steady_clock::time_point deadline) {
    waiter_.request_stop();
    if (waiter_.joinable()) waiter_.join();
    if (active_) active_->pipeline.stop(deadline);
}

void StoreOwner::stop_answers() {
    if (!active_) return;
    active_->dead_letter_answers.reset();
    active_->ledger_answers.reset();
    active_->answers.reset();
}

runtime::CheckResult StoreOwner::check() const {
    const std::lock_guard lock(mutex_);
    return active_ ? active_->pipeline.store_check() : runtime::CheckResult{true, "owned by another process"};
}

}  // namespace logchute::ingestion
