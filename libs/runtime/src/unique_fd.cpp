#include "logchute/runtime/unique_fd.hpp"

#include <unistd.h>

namespace logchute::runtime {

UniqueFd::~UniqueFd() {
    if (fd_ >= 0) ::close(fd_);
}

}  // namespace logchute::runtime
