#include "logchute/runtime/logging.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "log_line.hpp"

namespace logchute::runtime {
namespace {

spdlog::level::level_enum to_spdlog(std::string_view level) {
    if (level == "trace") return spdlog::level::trace;
    if (level == "debug") return spdlog::level::debug;
    if (level == "warn") return spdlog::level::warn;
    if (level == "error") return spdlog::level::err;
    return spdlog::level::info;
}

std::string_view name_of(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::trace: return "trace";
        case spdlog::level::debug: return "debug";
        case spdlog::level::warn: return "warn";
        case spdlog::level::err: return "error";
        case spdlog::level::critical: return "fatal";
        default: return "info";
    }
}

// Puts time, level and service in front of what render_line() has made of message and fields.
class Formatter final : public spdlog::formatter {
public:
    Formatter(LineForm form, std::string service) : form_(form), service_(std::move(service)) {}

    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const Timestamp at = std::chrono::time_point_cast<nanoseconds>(message.time);
        head_.clear();
        append_line_head(head_, form_, at, name_of(message.level), service_);
        out.append(head_.data(), head_.data() + head_.size());
        out.append(message.payload.data(), message.payload.data() + message.payload.size());
        out.push_back('\n');
    }
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<Formatter>(form_, service_); }

private:
    LineForm form_;
    std::string service_;
    std::string head_;  // spdlog calls format() under the sink's lock
};

struct Logger {
    Logger(LineForm line_form, std::string_view service, std::string_view level)
        : form(line_form), spd("logchute", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
        spd.set_formatter(std::make_unique<Formatter>(line_form, std::string(service)));
        spd.set_level(to_spdlog(level));
    }
    LineForm form;
    spdlog::logger spd;
};

// Loggers are replaced, never destroyed, so that a thread may log at any time without a lock; a process makes one, tests a handful.
class Loggers {
public:
    Loggers() { replace(std::make_unique<Logger>(LineForm::text, "", "info")); }
    void replace(std::unique_ptr<Logger> next) {
        const std::lock_guard lock(mutex_);
        all_.push_back(std::move(next));
        current_.store(all_.back().get(), std::memory_order_release);
    }
    [[nodiscard]] Logger& current() const noexcept { return *current_.load(std::memory_order_acquire); }

private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<Logger>> all_;  // under mutex_
    std::atomic<Logger*> current_;
};

Loggers& loggers() {
    static Loggers& all = *new Loggers;  // not destroyed either: static objects may log while they go
    return all;
}

void log(spdlog::level::level_enum level, std::string_view message, std::span<const LogField> fields) {
    Logger& logger = loggers().current();
    if (!logger.spd.should_log(level)) return;
    const std::string line = render_line(logger.form, message, fields);
    logger.spd.log(level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void init_logging(std::string_view service, const LogSettings& settings) {
    const LineForm form = settings.format == "text" ? LineForm::text : LineForm::json;
    loggers().replace(std::make_unique<Logger>(form, service, settings.level));
}

void log_debug(std::string_view message, std::initializer_list<LogField> fields) { log(spdlog::level::debug, message, fields); }
void log_info(std::string_view message, std::initializer_list<LogField> fields) { log(spdlog::level::info, message, fields); }
void log_warn(std::string_view message, std::initializer_list<LogField> fields) { log(spdlog::level::warn, message, fields); }
void log_error(std::string_view message, std::initializer_list<LogField> fields) { log(spdlog::level::err, message, fields); }

}  // namespace logchute::runtime
