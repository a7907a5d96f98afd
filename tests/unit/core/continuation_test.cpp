#include <catch2/catch_test_macros.hpp>
#include <string_view>

#include "logchute/core/lines.hpp"

using logchute::is_continuation;

TEST_CASE("lines that continue a record are known by how they begin") {
    for (const std::string_view line : {
             " at the side",
             "\tat com.example.Foo.bar(Foo.java:7)",
             "  File \"a.py\", line 7, in <module>",
             "Caused by: java.io.IOException: broken pipe",
             "Suppressed: java.io.IOException",
             "... 7 more",
             "... 12 common frames omitted",
             "java.lang.IllegalStateException: not now",
             "java.io.IOException",
             "a.b.Outer$InnerError: x",
             "Traceback (most recent call last):",
             "During handling of the above exception, another exception occurred:",
             "The above exception was the direct cause of the following exception:",
             "ValueError: not a number",
             "requests.exceptions.ConnectionError: refused",
             "KeyboardInterrupt",
             "StopIteration",
             "goroutine 17 [running]:",
             "goroutine 1 [chan receive, 7 minutes]:",
             "main.main()",
             "main.work(0xc000012345, {0x1, 0x2})",
             "net/http.(*conn).serve(0xc000112000, {0x6d1f68, 0xc00010e8a0})",
             "runtime.gopanic(...)",
             "created by net/http.(*Server).Serve",
             "created by main.start in goroutine 1",
             "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x0]",
             "stack backtrace:",
             "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
             "--- End of inner exception stack trace ---",
             "}",
             "});",
             "],",
         }) {
        INFO(line);
        CHECK(is_continuation(line));
    }
}

TEST_CASE("lines that may be records of their own continue nothing") {
    for (const std::string_view line : {
             "",
             "   ",
             "\t",
             "\r",
             "hello",
             "2026-01-05 10:00:00 INFO hello",
             "[main] ERROR hello",
             "{\"message\":\"hello\"}",
             "level=info msg=hello",
             "<14>1 - - - - - - hello",
             "Error: no such file",
             "error: no such file",
             "Exception in thread \"main\" java.lang.Error",
             "Warning: deprecated",
             "TypeErrors: 7",
             "valueError: x",
             "ValueError is what it was",
             "ValueError:x",
             "Caused an outage",
             "... and so on",
             "... more",
             "...",
             "goroutine leak found",
             "goroutine 17 is stuck",
             "created by alice",
             "created by alice. Then nothing",
             "workers.start() ok",
             "f(x)",
             "config.load(path)",
             "see (a.b)",
             "()",
             "} else {",
             ") and so on",
             "note: nothing",
         }) {
        INFO(line);
        CHECK_FALSE(is_continuation(line));
    }
}
