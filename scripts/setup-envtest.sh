#!/usr/bin/env bash
# Makes the real servers available to "drctl lab up --backend envtest" and to the tests: kube-apiserver, etcd and etcdctl in
# one folder, which KUBEBUILDER_ASSETS names (default: ~/.cache/drctl/envtest). Prints that folder.
#
# Programs that are there already, in that folder or on PATH, are taken as they are. On Debian the missing ones are made of
# Debian's own packages: etcd is installed, and kube-apiserver, of which there is only the source, is built: about six minutes
# on two cores. Safe to run again: it does nothing when nothing is missing. Needs root for apt-get only.
set -euo pipefail

assets="${KUBEBUILDER_ASSETS:-$HOME/.cache/drctl/envtest}"
programs=(kube-apiserver etcd etcdctl)

missing=()
for program in "${programs[@]}"; do
  [[ -x "$assets/$program" ]] && continue
  if found="$(command -v "$program")"; then
    mkdir -p "$assets"
    ln -sf "$found" "$assets/$program"
  else
    missing+=("$program")
  fi
done
if ((${#missing[@]} == 0)); then
  echo "$assets"
  exit 0
fi

if ! command -v apt-get >/dev/null || [[ ! -f /etc/debian_version ]]; then
  {
    echo "setup-envtest: ${missing[*]} not found in $assets or on PATH, and this is not Debian, where they could be built."
    echo "Put them into $assets, or set KUBEBUILDER_ASSETS to a folder that has ${programs[*]}."
  } >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >&2
mkdir -p "$assets"
work="$(mktemp -d)"
# Go writes folders that are read-only, also to who made them.
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

if [[ " ${missing[*]} " == *' etcd '* || " ${missing[*]} " == *' etcdctl '* ]]; then
  apt-get install -y -qq --no-install-recommends etcd-server etcd-client >&2
  for program in etcd etcdctl; do
    [[ -x "$assets/$program" ]] || ln -sf "$(command -v "$program")" "$assets/$program"
  done
fi

if [[ " ${missing[*]} " == *' kube-apiserver '* ]]; then
  {
    # Debian does not enable its source packages by default. A list of our own, so that the system's stays as it is.
    sources="$work/sources"
    mkdir -p "$sources/lists/partial"
    sed 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >"$sources/src.sources"
    apt-get install -y -qq --no-install-recommends ca-certificates golang-1.19-go golang-github-modern-go-reflect2-dev dpkg-dev
    cd "$work"
    chmod 755 "$work"
    source_options=(-o "Dir::Etc::sourcelist=/dev/null" -o "Dir::Etc::sourceparts=$sources"
      -o "Dir::State::lists=$sources/lists" -o "APT::Sandbox::User=root")
    apt-get "${source_options[@]}" update -qq
    apt-get "${source_options[@]}" source -qq --download-only kubernetes
  } >&2

  tree="$work/gopath/src/k8s.io/kubernetes"
  mkdir -p "$tree"
  tar xzf "$work"/kubernetes_*.orig.tar.gz -C "$tree" --strip-components=1
  cd "$tree"
  # Two things in this source do not survive Go 1.19, the oldest Go that Debian has. The vendored reflect2 crashes, since map
  # iteration changed in Go 1.18: Debian's newer one instead.
  rm -f vendor/github.com/modern-go/reflect2/*.{go,s}
  cp /usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} vendor/github.com/modern-go/reflect2/
  # And two validators compare reflect.Values, which makes "" in a custom resource count as null: a plain nil check instead.
  sed -i 's/if data == nil || reflect\.DeepEqual(reflect\.Zero(reflect\.TypeOf(data)), reflect\.ValueOf(data)) {/if data == nil {/' \
    vendor/github.com/go-openapi/validate/type.go vendor/k8s.io/kube-openapi/pkg/validation/validate/type.go

  version="$(sed -nE 's/.*really([0-9]+\.[0-9]+\.[0-9]+).*/\1/p' <<<"$(basename "$work"/kubernetes_*.dsc)")"
  version="${version:-1.20.2}"
  export PATH="/usr/lib/go-1.19/bin:$PATH" GO111MODULE=off GOFLAGS='' GOPATH="$work/gopath" GOCACHE="$work/gocache" CGO_ENABLED=0
  # The OpenAPI definitions of the built-in kinds are generated, and server-side apply does not work without them.
  go build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen >&2
  dirs=$(grep -rl --include='*.go' '+k8s:openapi-gen=' pkg staging/src/k8s.io |
    grep -vE 'code-generator|sample-apiserver|_test.go' | xargs -n1 dirname | sort -u |
    sed 's#^staging/src/k8s.io/#k8s.io/kubernetes/vendor/k8s.io/#; s#^pkg/#k8s.io/kubernetes/pkg/#' | paste -sd,)
  "$work/openapi-gen" --logtostderr -i "$dirs" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
    -h hack/boilerplate/boilerplate.generatego.txt -r "$work/violations" -o "$work/gopath/src" >&2
  flags='-s -w'
  for package in component-base/version client-go/pkg/version; do
    variables="k8s.io/kubernetes/vendor/k8s.io/$package"
    minor="${version#*.}"
    flags+=" -X $variables.gitVersion=v$version -X $variables.gitMajor=${version%%.*} -X $variables.gitMinor=${minor%%.*}"
  done
  go build -o "$work/kube-apiserver" -ldflags "$flags" ./cmd/kube-apiserver >&2
  # Renamed into place, so that a build that is cut off leaves nothing that looks whole.
  install -m 755 "$work/kube-apiserver" "$assets/.kube-apiserver.new"
  mv "$assets/.kube-apiserver.new" "$assets/kube-apiserver"
fi
echo "$assets"
