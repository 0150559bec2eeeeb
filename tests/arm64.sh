#!/usr/bin/env bash
# softlan on 64-bit ARM, for whoever has only an x86-64 machine: publishes linux-arm64 with the cross compiler, boots an emulated machine with a real
# arm64 kernel, and runs `softlan demo` and stories of netns.sh in it. Emulation is some twenty times slower than a processor: its figures mean nothing.
#   tests/arm64.sh [STORY]...    needs root, debootstrap, and the packages that it names where they are missing
# The first run takes a quarter of an hour (a Debian and its kernel, kept in artifacts/arm64), each further one some minutes. Last line: "N passed, N failed".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
exec </dev/null
work=$PWD/artifacts/arm64
root=$work/root

# The machine has no more than an hour. By then it has hung, or the host is too busy for it.
limit=3600

fail() { echo "arm64: $*"; echo "0 passed, 1 failed"; exit 1; }
[ "$(id -u)" -eq 0 ] || fail "needs root"
# What debootstrap mounts is seen by nobody else, and ends with this process, even when it is killed.
[ "${SOFTLAN_MOUNTS:-}" = own ] || SOFTLAN_MOUNTS=own exec unshare -m --propagation private bash "$PWD/tests/arm64.sh" "$@"
missing=()
for pair in debootstrap:debootstrap qemu-aarch64-static:qemu-user-static qemu-system-aarch64:qemu-system-arm aarch64-linux-gnu-gcc:gcc-aarch64-linux-gnu \
  aarch64-linux-gnu-objcopy:binutils-aarch64-linux-gnu cpio:cpio; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
[ ${#missing[@]} -eq 0 ] || fail "missing: ${missing[*]}. apt-get install --no-install-recommends ${missing[*]}"
# The package registers it wherever binfmt_misc is mounted, which it is not in every container.
grep -qs '^flags:.*F' /proc/sys/fs/binfmt_misc/qemu-aarch64 || fail "the kernel does not start arm64 programs: is binfmt_misc mounted, and qemu-aarch64 registered in it (with F)?"
stories=("$@")
[ ${#stories[@]} -gt 0 ] || stories=("talk --interface" transfers safety bridge)

# shellcheck disable=SC2016
uri=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null | awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
[ -n "$uri" ] || fail "apt knows no mirror of Debian 12"

chrooted() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot "$root" "$@"; }

# What the stories run, as setup.sh has it, and what publish.sh links.
programs=(iproute2 iputils-ping dnsmasq-base udhcpc ethtool tcpdump procps busybox kmod python3 iperf3 socat openssl nftables radvd libcap2-bin
  isc-dhcp-client dhcpcd-base ngtcp2-client/bookworm-backports)
libraries=(libc6-dev libgnutls28-dev libp11-kit-dev nettle-dev libgmp-dev libtasn1-6-dev libidn2-dev libunistring-dev
  libngtcp2-dev/bookworm-backports libngtcp2-crypto-gnutls-dev/bookworm-backports)

wanted="${programs[*]} ${libraries[*]}"

make_root() {
  local kernel
  rm -rf --one-file-system "$root"
  mkdir -p "$work"
  timeout 1800 debootstrap --arch=arm64 --variant=minbase bookworm "$root" "$uri" || return
  printf 'deb %s bookworm main\ndeb %s bookworm-backports main\n' "$uri" "$uri" >"$root/etc/apt/sources.list"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  chrooted timeout 600 apt-get -q update || return
  chrooted timeout 1800 apt-get -q -y --no-install-recommends install "${programs[@]}" "${libraries[@]}" || return
  # Unpacked, not installed: an initrd of its own would take longer than all the rest.
  kernel=$(chrooted apt-cache depends linux-image-cloud-arm64 | awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ { print $2; exit }')
  chrooted timeout 600 sh -c "cd /tmp && apt-get -q download $kernel" || return
  # It brings /lib as a directory, which is a link here.
  dpkg-deb --fsys-tarfile "$root"/tmp/linux-image-*.deb | tar -x --keep-directory-symlink -C "$root" && rm -f "$root"/tmp/linux-image-*.deb || return
  chrooted timeout 120 depmod "${kernel#linux-image-}" && echo "$wanted" >"$work/complete"
}

if [ "$(cat "$work/complete" 2>/dev/null)" != "$wanted" ]; then
  echo "arm64: making a Debian for arm64 in artifacts/arm64"
  make_root >"$work.log" 2>&1 || { tail -n 5 "$work.log"; fail "that failed; see above and $work.log"; }
fi

# To publish.sh this is the cross compiler, with the libraries of that Debian.
mkdir -p "$work/bin"
printf '#!/bin/sh\nexec %s --sysroot="%s" "$@"\n' "$(command -v aarch64-linux-gnu-gcc)" "$root" >"$work/bin/aarch64-linux-gnu-gcc"
chmod +x "$work/bin/aarch64-linux-gnu-gcc"
PATH="$work/bin:$PATH" timeout 1200 ./publish.sh linux-arm64 || fail "publish.sh failed; see above"

rm -rf "$root/softlan"
mkdir -p "$root/softlan/artifacts/linux-arm64"
cp -r tests "$root/softlan/" && rm -rf "$root/softlan/tests/bin" "$root/softlan/tests/obj"
cp artifacts/linux-arm64/softlan "$root/softlan/artifacts/linux-arm64/"
{
  printf 'stories=('
  printf '%q ' "${stories[@]}"
  echo ')'
} >"$root/softlan/stories"
cat >"$root/init" <<'INIT'
#!/bin/bash
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
ln -s /proc/self/fd /dev/fd
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
# What a program of the kernel's asks for is loaded by it; these are asked for by files and types that are not there without them.
for module in tun veth bridge macvlan 8021q nf_tables; do modprobe "$module"; done
ip link set lo up
date -s "@$(sed 's/.*softlan.now=\([0-9]*\).*/\1/' /proc/cmdline)" >/dev/null
cd /softlan
. ./stories
uname -srm
if artifacts/linux-arm64/softlan demo && tests/netns.sh "${stories[@]}"; then echo "arm64: all well"; else echo "arm64: something failed"; fi
echo o >/proc/sysrq-trigger
sleep 60
INIT
chmod +x "$root/init"

# Its root is its memory: no disk, no driver of one. What only linking needs stays here.
image=$work/image.cpio
(cd "$root" && find . -xdev \( -path ./var/cache/apt -o -path ./var/lib/apt -o -path ./usr/share/doc -o -path ./usr/share/locale -o -path ./boot \) -prune \
  -o ! -name '*.a' ! -path './usr/include/*' -print0 | cpio --null --quiet -o -H newc) >"$image" || fail "the machine's file system could not be packed"

echo "arm64: starting the machine"
log=$work/machine.log
# Serial lines end in a carriage return.
timeout -k 10 "$limit" qemu-system-aarch64 -M virt -cpu cortex-a72 -smp 2 -m 3072 -nographic -no-reboot -nic none -kernel "$root"/boot/vmlinuz-* -initrd "$image" \
  -append "console=ttyAMA0 quiet panic=1 softlan.now=$(date +%s)" | tr -d '\r' | tee "$log"
rm -f "$image"
grep -q '^arm64: all well$' "$log" || { echo "arm64: see $log"; grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 | grep . || echo "0 passed, 1 failed"; exit 1; }
grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1
