# Thin on purpose: each target is the npm script of the same name, after set-up. Set-up here is only what npm itself
# brings: the packages of package-lock.json, with the Node that everything runs on among them. Envoy, the Python clients
# and promtool are fetched by the scripts that need them (scripts/setup/).
TARGETS := build types lint format unit integration envoy envoy-matrix envoy-gateway docs monitoring pictures test test-cluster demo up bench mutation setup image sbom licences chart
INSTALLED := node_modules/.installed-package-lock.json
NODE_MAJOR := 24

.PHONY: help packages $(TARGETS)

help:
	@echo "make demo   real Envoy, Holdfast behind it, and the drill that attacks both"
	@echo "make up     the same world, left running to try things by hand (Ctrl-C ends it)"
	@echo "make test   everything that must hold before a change goes in"
	@echo "make image  the container image, built and attacked (needs root)"
	@echo "also: $(filter-out demo up test image,$(TARGETS))"

$(TARGETS): packages
	@npm run --silent $@

# By content, not by time: a fresh checkout, an older one and a changed lock all come out right.
packages:
	@command -v npm >/dev/null || { echo "npm is missing: install Node 20 or newer, then type this again" >&2; exit 1; }
	@cmp -s package-lock.json $(INSTALLED) || { \
	  echo "Installing the npm packages (once, about half a minute) ..." && \
	  npm ci --loglevel=error && cp package-lock.json $(INSTALLED); }
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" node -e 'process.exit(+(process.versions.node.split(".")[0] < $(NODE_MAJOR)))' || { \
	  echo "Node $(NODE_MAJOR) or newer is needed, and npm brings it on Linux x64 and arm64 only: install it, then type this again" >&2; exit 1; }
