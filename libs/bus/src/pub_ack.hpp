// JetStream's answer to a publish.
#pragma once

#include <string_view>

#include "logchute/bus/publisher.hpp"

namespace logchute::bus {

/// Reads `{"stream":"LOGS","seq":12,"duplicate":true}` or `{"error":{"code":503,"err_code":10077,"description":"..."}}`. Answers come by
/// the thousand a second and nearly all have the first shape, so that one is read in place; anything else goes to a JSON parser.
/// Failures: what the server answered, by its codes; `failed` for what is no such answer.
[[nodiscard]] Result<PubAck> parse_pub_ack(std::string_view json);

}  // namespace logchute::bus
