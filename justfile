# Shorthands; each line can be typed by hand as well. `just` lists them.

_default:
    @just --list

# Build everything, tests too.
build:
    ./scripts/install build test
    cmake --preset release -DLOGCHUTE_BUILD_TESTS=ON
    ninja -C build/release

# Run all tests, or some parts: just test unit layers
test *parts:
    ./scripts/test {{parts}}

# clang-format, clang-tidy, shellcheck: just lint --all --fix
lint *options:
    ./scripts/lint {{options}}

# Build and run the benchmarks; docs/performance.md has results.
bench *names:
    ./scripts/bench {{names}}

# Break things on purpose while logs flow, and count what is left.
fault *options: build
    tests/fault/run {{options}}

# Start the suite on this machine and return.
start *options:
    ./scripts/start --detach {{options}}

# Stop it.
stop *options:
    ./scripts/start --stop {{options}}

# Start the suite in containers.
up: (_needs "docker-compose.yml" "the container images")
    docker compose up --detach --build --wait

# Stop the containers, keeping their data.
down: (_needs "docker-compose.yml" "the container images")
    docker compose down

# Run the whole suite in the foreground, with warnings and errors shown.
dev_all *options:
    ./scripts/start {{options}}

# Rebuild one service and start it anew within the running suite.
dev_gateway: (_dev "gateway")
dev_noise-maker: (_dev "noise-maker")
dev_log-analyzer: (_dev "log-analyzer")
dev_ingestion: (_dev "ingestion")
dev_metrics: (_dev "metrics")
dev_alerting: (_dev "alerting")
dev_aggregator: (_dev "aggregator")
dev_dashboard: (_dev "dashboard")

# A local Kubernetes cluster, and the suite in it.
k8s-start: (_needs "k8s/base" "the Kubernetes manifests")
    kind create cluster --name logchute
k8s-build-load: (_needs "deploy/Dockerfile" "the container images")
    docker compose build
    docker compose config --images | grep logchute | xargs -n 1 kind load docker-image --name logchute
k8s-apply: (_needs "k8s/base" "the Kubernetes manifests")
    kubectl apply -k k8s/overlays/local
k8s-grafana: (_needs "k8s/base" "the Kubernetes manifests")
    kubectl --namespace logchute port-forward service/grafana 3000:3000
k8s-prometheus: (_needs "k8s/base" "the Kubernetes manifests")
    kubectl --namespace logchute port-forward service/prometheus 9090:9090
k8s-status: (_needs "k8s/base" "the Kubernetes manifests")
    kubectl --namespace logchute get pods,services,horizontalpodautoscalers
k8s-delete: (_needs "k8s/base" "the Kubernetes manifests")
    kubectl delete -k k8s/overlays/local
k8s-stop:
    kind delete cluster --name logchute

[private]
_dev service:
    ./scripts/start --restart {{service}}

[private]
_needs path what:
    @test -e {{path}} || { echo "{{path}} is not there yet: it comes with {{what}}"; exit 1; }
