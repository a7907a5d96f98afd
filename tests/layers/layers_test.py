"""The layer test finds what it is there to find."""

import pathlib
import tempfile
import unittest

from layers import offences

GOOD = {
    "libs/core/include/logchute/core/a.hpp": '#include <vector>\n#include "logchute/core/b.hpp"\n',
    "libs/core/src/a.cpp": '#include "logchute/core/a.hpp"\n#include <simdjson.h>\n#include "inner.hpp"\n',
    "libs/core/src/inner.hpp": "",
    "libs/core/src/deep/x.cpp": '#include "y.hpp"\n#include "inner.hpp"\n',
    "libs/core/src/deep/y.hpp": "",
    "libs/bus/src/b.cpp": '#include <nats/nats.h>\n#include "logchute/core/a.hpp"\n',
    "libs/store/src/s.cpp": '#include <duckdb.h>\n#include "logchute/bus/request.hpp"\n',
    "services/gateway/main.cpp": '#include "logchute/runtime/service.hpp"\n#include "intake.hpp"\n',
    "services/gateway/src/intake.hpp": '#include "logchute/store/x.hpp"\n#include <curl/curl.h>\n',
    "services/gateway/CMakeLists.txt": "logchute_service(gateway)\ntarget_link_libraries(x logchute::gateway_parts)\n",
    "services/dashboard/src/page.hpp": "",
}
BAD = {
    "libs/core/src/a.cpp": '#include <boost/asio.hpp>\n#include "logchute/bus/names.hpp"\n#  include <yaml-cpp/yaml.h>\n',
    "libs/core/include/logchute/core/a.hpp": '#include <simdjson.h>\n#include "b.hpp"\n',
    "libs/bus/src/b.cpp": '// fine so far\n#include "logchute/runtime/settings.hpp"\n',
    "libs/bus/include/logchute/bus/b.hpp": "#include <nats/nats.h>\n",
    "libs/runtime/src/r.cpp": '#include "logchute/store/log_reader.hpp"\n#include "logchute/bus/names.hpp"\n',
    "libs/store/src/s.cpp": '#include "logchute/runtime/metrics.hpp"\n#include "../../core/src/a.hpp"\n',
    "libs/store/include/logchute/store/s.hpp": "#include <duckdb.h>\n",
    "services/gateway/src/g.cpp": '#include "page.hpp"\n#include "../../dashboard/src/page.hpp"\n',
    "services/gateway/CMakeLists.txt": "target_link_libraries(gateway logchute::log_analyzer_parts)\n",
    "services/dashboard/src/page.hpp": "",
}
EXPECTED = {
    ("libs/core/src/a.cpp", 1), ("libs/core/src/a.cpp", 2), ("libs/core/src/a.cpp", 3),
    ("libs/core/include/logchute/core/a.hpp", 1), ("libs/core/include/logchute/core/a.hpp", 2),
    ("libs/bus/src/b.cpp", 2), ("libs/bus/include/logchute/bus/b.hpp", 1),
    ("libs/runtime/src/r.cpp", 1), ("libs/runtime/src/r.cpp", 2),
    ("libs/store/src/s.cpp", 1), ("libs/store/src/s.cpp", 2), ("libs/store/include/logchute/store/s.hpp", 1),
    ("services/gateway/src/g.cpp", 1), ("services/gateway/src/g.cpp", 2), ("services/gateway/CMakeLists.txt", 1),
}


def found_in(tree: dict[str, str]) -> list[tuple[str, int]]:
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in tree.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return [(str(it.file), it.line) for it in offences(root)]


class LayersTest(unittest.TestCase):
    def test_a_tree_that_keeps_the_layers_has_no_offence(self) -> None:
        self.assertEqual(found_in(GOOD), [])

    def test_every_offence_of_a_bad_tree_is_found_once_with_its_line(self) -> None:
        found = found_in(BAD)
        self.assertEqual(set(found), EXPECTED)
        self.assertEqual(len(found), len(EXPECTED), "core's boost include is one offence, not two")


if __name__ == "__main__":
    unittest.main()
