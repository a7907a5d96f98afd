#include "logchute/runtime/service.hpp"

namespace logchute::runtime {

std::string_view version() noexcept { return LOGCHUTE_VERSION; }

}  // namespace logchute::runtime
