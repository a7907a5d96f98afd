// Logs of our own: JSON lines on standard error, through spdlog.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <type_traits>
#include <variant>

#include "logchute/runtime/settings.hpp"

namespace logchute::runtime {

/// A value that a log line carries beside its message: {"route", "/send"}, {"port", 8081}. Numbers stay numbers in JSON.
/// Lifetime: borrows its texts, so it is made where the line is written and not kept.
class LogField {
public:
    using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

    LogField(std::string_view name, std::string_view text) : name_(name), value_(text) {}
    template <class T>
        requires std::is_arithmetic_v<T>
    LogField(std::string_view name, T value) : name_(name), value_(widen(value)) {}

    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] const Value& value() const noexcept { return value_; }

private:
    template <class T>
    static Value widen(T value) noexcept {
        if constexpr (std::same_as<T, bool>)
            return value;
        else if constexpr (std::floating_point<T>)
            return static_cast<double>(value);
        else if constexpr (std::is_signed_v<T>)
            return static_cast<std::int64_t>(value);
        else
            return static_cast<std::uint64_t>(value);
    }

    std::string_view name_;
    Value value_;
};

/// Sets up the process's logger. Before it, lines are text for people. May be called again; lines in flight keep the form they began in.
void init_logging(std::string_view service, const LogSettings& settings);

/// One line: {"timestamp":...,"level":"info","service":"gateway","message":"listening","port":8081}. Any thread. Text is escaped, so
/// nothing that came from outside can forge a line or steer a terminal.
void log_debug(std::string_view message, std::initializer_list<LogField> fields = {});
void log_info(std::string_view message, std::initializer_list<LogField> fields = {});
void log_warn(std::string_view message, std::initializer_list<LogField> fields = {});
void log_error(std::string_view message, std::initializer_list<LogField> fields = {});

/// For callbacks that report on a connection: good news at level info, bad news at level warn.
inline void log_connection(bool good, std::string_view what) {
    if (good)
        log_info(what);
    else
        log_warn(what);
}

}  // namespace logchute::runtime
