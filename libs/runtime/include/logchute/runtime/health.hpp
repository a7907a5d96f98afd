// Whether a service can do its work, as /health tells it.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace logchute::runtime {

/// What one check found.
struct CheckResult {
    bool ok = true;
    std::string detail = "ok";  ///< A few words; "ok" where all is well.
};

/// "ok", or what is wrong.
[[nodiscard]] inline CheckResult check(bool ok, std::string_view wrong) {
    return ok ? CheckResult{} : CheckResult{false, std::string(wrong)};
}

/// Threads: any. Checks run on the threads that ask, several at once, so they must be quick and must not block.
/// Lifetime: what a check refers to must outlive the last report(); Service sees to that by answering only while it listens.
class Health {
public:
    enum class State { starting, ready, standby, stopping };
    /// A check that throws counts as failed. Adding one of a name that is there replaces it.
    void add_check(std::string name, std::function<CheckResult()> check);
    /// `stopping` is final: whoever still reports to be ready after it is too late.
    void set_state(State state);
    /// Ready, unless somebody has already said something else than `starting`.
    void set_started();

    struct Report {
        bool ready = false;  ///< 200, else 503.
        std::string json;    ///< {"status":"ready","checks":{"nats":"ok"}}
    };
    /// status: starting, ready, standby (which is 200), unready (a check failed), stopping.
    [[nodiscard]] Report report() const;

private:
    struct Check {
        std::string name;
        std::function<CheckResult()> run;
    };

    mutable std::mutex mutex_;  // guards what follows; not held while checks run
    State state_ = State::starting;
    std::vector<Check> checks_;
};

}  // namespace logchute::runtime
