"""Which packages of Debian a card has, and which the programs need that make it."""

SUITE = "trixie"
ARCHITECTURE = "arm64"
PYTHON = "3.13"
"""That of the suite."""

BOX = (
    # the machine
    *("systemd-sysv", "systemd-resolved", "systemd-timesyncd", "udev", "dbus", "kmod", "iproute2"),
    *("util-linux", "fdisk", "e2fsprogs", "dosfstools", "procps", "less", "busybox-static"),
    # what it starts from
    *("u-boot-rpi", "firmware-brcm80211", "wireless-regdb"),
    # Balie
    *("python3", "ca-certificates", "openssl", "adb", "android-sdk-platform-tools-common"),
    *("sqlite3", "zstd", "nginx-light", "curl"),
    # its network
    *("avahi-daemon", "avahi-utils", "libnss-mdns", "nftables", "wpasupplicant", "wireguard-tools"),
    *("openssh-server", "openssh-client"),
    # its care
    *("rauc", "rauc-service", "squashfs-tools", "age", "uhubctl"),
)
FIRMWARE = "raspi-firmware"
"""Taken apart, not installed: its hooks write to a firmware partition, which no build has."""

KERNEL = {"stable": "linux-image-arm64", "backports": "linux-image-arm64/trixie-backports"}
"""The Pi 5 has Ethernet and USB with that of backports only."""

TOOLS = (
    *("e2fsprogs", "libarchive13t64", "dosfstools", "mtools", "fdisk", "u-boot-tools", "zstd"),
    *("rauc", "squashfs-tools", "openssl", "systemd", "kmod", "cpio", "python3"),
)
"""In a small root of the machine's own kind and the card's suite: the file systems and bundles are
made by the same versions wherever one builds."""

LEFT_OUT = (
    *(f"/usr/share/{each}/*" for each in ("doc", "man", "locale", "info", "lintian", "bug")),
    # Drivers of machines that no Pi is.
    *(
        f"{usr}/lib/modules/*/kernel/{each}/*"
        for usr in ("", "/usr")
        for each in (
            *(f"drivers/gpu/drm/{card}" for card in ("amd", "nouveau", "radeon")),
            *("drivers/infiniband", "drivers/media", "sound"),
        )
    ),
)
KEPT = ("/usr/share/doc/*/copyright",)
"""Licences ask for it."""
