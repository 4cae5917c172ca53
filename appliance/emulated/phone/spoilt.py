"""Shell commands whose output a vendor has spoilt, or whose service is away."""

from collections.abc import Sequence

from appliance.emulated.phone.faults import FaultKind, Faults
from appliance.emulated.phone.wire.seam import ShellResult

#: As bionic's linker prints it, on the error output of the program that it starts.
_WARNING = (
    "WARNING: linker: /vendor/lib64/libqti_performd_client.so: unused DT entry:"
    " type 0x6ffffef5 arg 0x1b8\n"
)


def warning_before(faults: Faults, argv: Sequence[str]) -> ShellResult:
    """What comes before the output of this program."""
    if faults.befalls(FaultKind.VENDOR_LINE, " ".join(argv)):
        return ShellResult(stderr=_WARNING.encode())
    return ShellResult()


def failure_of(faults: Faults, argv: Sequence[str]) -> ShellResult | None:
    """The failure of this program, where it fails."""
    if not faults.befalls(FaultKind.UNREADABLE, " ".join(argv)):
        return None
    if argv[0] == "content":
        said = (
            "Error while accessing provider\n"
            "android.os.DeadObjectException\n\tat android.os.BinderProxy.transactNative\n"
        )
        return ShellResult(stderr=said.encode())  # its exit status is 0 even then
    if argv[0] == "dumpsys":
        return ShellResult(stderr=f"Can't find service: {argv[-1]}\n".encode(), exit_code=1)
    said = f"/system/bin/sh: {argv[0]}: inaccessible or not found\n"
    return ShellResult(stderr=said.encode(), exit_code=127)
