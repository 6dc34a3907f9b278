# Each target installs what it needs into a virtual environment of this folder. Needs Python 3.11.
PYTHON ?= $(shell command -v python3.11 || echo python3)
APP := .venv-app/bin/python
WORK := .venv/bin/python

.PHONY: demo live pipeline wheel test test-wheel test-slow test-browser test-webrtc test-backends test-tflite-runtime test-soak test-pi test-pi-quick test-npu phone phone-serve test-phone test-phone-quick check clean

demo: .venv-app/ready ## draw the bundled clip and photos: out/demo.mp4, out/demo.png
	$(APP) -m edge_app edge_app/samples/street_walk.mp4 --to out/demo.mp4 --overwrite
	$(APP) examples/demo_sheet.py out/demo.png

live: .venv-app/ready ## show the first camera in a window
	$(APP) -m edge_app

pipeline: .venv/ready ## rehearse all steps on the bundled photos: pairs, a short training, int8, gate, cartoons
	rm -rf out/pipeline
	$(WORK) -m datasets build --out out/pipeline/pairs
	$(WORK) -m train --pairs out/pipeline/pairs --out out/pipeline/run --steps 1200 --steps-per-epoch 200
	$(WORK) -m train evaluate out/pipeline/run --sheet out/pipeline/evaluate.png
	$(WORK) -m convert export out/pipeline/run --recipe float32 int8-qat --steps 200 --out out/pipeline/models
	$(WORK) -m convert compare out/pipeline/run --models out/pipeline/models --grid out/pipeline/compare.png
	$(WORK) -m edge_app datasets/samples --model out/pipeline/models/comic.tflite --to out/pipeline/cartoons/
	$(WORK) -m convert check out/pipeline/models/comic.tflite --run out/pipeline/run
	@echo "The model passed its gate. This was a rehearsal on few photos: docs/training.md describes a real training."

wheel: .venv-app/ready ## build the app with its models: dist/celcam-VERSION-py3-none-any.whl
	rm -rf build celcam.egg-info dist
	$(APP) -m pip wheel . --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist
	ls dist

test: .venv/ready ## run the tests that CI runs
	$(WORK) -m pytest -n 2 --dist loadgroup

test-wheel: .venv/ready ## test the wheel in an empty virtual environment; needs the network
	$(WORK) -m pytest -m slow tests/test_wheel.py

test-browser: .venv/ready ## run the tests that need Chromium; installs it on Debian
	command -v chromium && command -v chromedriver || apt-get install -y chromium chromium-driver
	.venv/bin/pip install --quiet --disable-pip-version-check -r tests/requirements-browser.txt
	$(WORK) -m pytest -m browser tests/convert
	$(WORK) -m pytest -m browser tests/edge_app

test-webrtc: .venv/ready ## test the page's WebRTC; installs aiortc and needs what test-browser installs
	.venv/bin/pip install --quiet --disable-pip-version-check -r edge_app/requirements-webrtc.txt
	$(WORK) -m pytest tests/edge_app/web/test_webrtc.py
	$(WORK) -m pytest -m browser tests/edge_app/web/test_web_browser_access.py

test-backends: .venv/ready ## test training on TensorFlow, JAX and PyTorch; installs them
	.venv/bin/pip install --quiet --disable-pip-version-check -r tests/requirements-backends.txt
	$(WORK) -m pytest -m backends

test-tflite-runtime: ## test the app with tflite-runtime 2.14 and NumPy 1; Python 3.11 only
	$(PYTHON) -m venv .venv-tflite-runtime
	.venv-tflite-runtime/bin/pip install --quiet --disable-pip-version-check -r tests/requirements-tflite-runtime.txt
	.venv-tflite-runtime/bin/python -m pytest tests/celcam/test_tflite_model.py tests/edge_app/drawing/test_looks.py \
		tests/edge_app/drawing/test_painter.py tests/edge_app/test_app.py tests/celcam/finishes

test-slow: .venv/ready ## run the slow tests of style filters, cluster, report, studies, clips of 4K and examples; about five minutes
	$(WORK) -m pytest -m slow tests/celcam tests/datasets tests/convert tests/train tests/kills tests/edge_app/test_clip_memory.py tests/test_examples.py

test-pi-quick: .venv/ready ## test picamera2 over a fake libcamera, the settings of the docs and the golden set; a minute
	$(WORK) -m pytest -q -m "not pi" tests/pi tests/golden

test-pi: .venv/ready ## test-pi-quick, then the app on emulated Pi 4 and 5; Debian, as root
	command -v mmdebstrap qemu-aarch64-static systemd-analyze > /dev/null || (apt-get update -qq && apt-get install -y -qq mmdebstrap qemu-user-static systemd)
	$(WORK) -m pytest -v -m "" tests/pi tests/golden

test-npu: .venv/ready ## compile the files for NPUs with Arm's compiler for Ethos-U; installs it
	$(WORK) -m pytest -m npu tests/convert/test_npu.py

test-soak: .venv/ready ## test 200,000 frames with viewers, a recording and changes of look; seven minutes
	$(WORK) -m pytest -s -m slow tests/edge_app/test_soak.py

phone: .venv-app/ready phone/node_modules/ready ## build the phone's page: out/phone; needs Node 18
	$(APP) -m convert phone
	node phone/build.mjs

phone-serve: phone ## serve the phone's page over HTTPS in the home network, with a QR code
	node phone/serve.mjs

test-phone: phone ## test the phone's page in Chromium; installs Chromium on Debian
	command -v chromium || apt-get install -y chromium
	PYTHONPATH=. $(APP) tests/phone/golden.py out/phone-golden
	node --test --test-concurrency=1 tests/phone/*.test.mjs

test-phone-quick: phone ## a short part of test-phone; needs Chromium
	PYTHONPATH=. $(APP) tests/phone/golden.py out/phone-golden
	node --test --test-concurrency=1 tests/phone/reader.test.mjs tests/phone/plain.test.mjs tests/phone/serve.test.mjs tests/phone/first.test.mjs

.PHONY: fuzz test-kills test-memory
test-memory: .venv/ready ## project the app's memory to 24 hours from a live run of MINUTES (30)
	$(WORK) -m tests.edge_app.memory --minutes $(or $(MINUTES),30)

test-kills: .venv/ready ## kill recordings, builds, trainings and exports KILLS (300) times; every one must resume
	$(WORK) -m tests.kills.run --kills $(or $(KILLS),300)

fuzz: .venv/ready ## damage photos, clips, models, settings, archives and requests for MINUTES (20); prints the number of inputs
	$(WORK) -m tests.fuzz.run --minutes $(or $(MINUTES),20)

check: .venv/ready ## check format, lint and types
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy

clean: ## delete everything that make made
	rm -rf .venv .venv-app .venv-tflite-runtime build celcam.egg-info dist out phone/node_modules

.venv/ready: requirements.txt edge_app/requirements.txt
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

phone/node_modules/ready: phone/package.json phone/package-lock.json
	cd phone && npm ci --silent --no-audit --no-fund
	touch $@

.venv-app/ready: edge_app/requirements.txt Makefile
	$(PYTHON) -m venv .venv-app
	.venv-app/bin/pip install --quiet --disable-pip-version-check -r edge_app/requirements.txt "setuptools>=77"
	touch $@
