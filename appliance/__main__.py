"""The command line: `balie`, also `python -m appliance`."""

import typer

from appliance import __version__
from appliance.cli import (
    archive,
    automatic,
    beside,
    box,
    care,
    clock,
    colleagues,
    consent,
    devices,
    directory,
    doctor,
    keys,
    line_settings,
    mail,
    office,
    office_link,
    pacing,
    people,
    people_files,
    people_folders,
    plan,
    recording,
    reports,
    retention,
    round_trials,
    running,
    search,
    tls,
    update,
)
from appliance.runtime import kinds

app = typer.Typer(
    name="balie",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=f"Balie {__version__}: a branch's phone as a web inbox.",
)
app.command("run")(running.run)
app.command("demo")(running.demo)
app.command("demo-box", hidden=True)(running.demo_box)
app.command("emulate")(running.emulate)
app.add_typer(directory.branch_app, name="branch")
app.add_typer(directory.line_app, name="line")
app.add_typer(devices.device_app, name="device")
app.add_typer(people.staff_app, name="staff")
app.add_typer(people.token_app, name="token")
app.add_typer(keys.key_app, name="key")
app.add_typer(people_files.people_app, name="people")
app.add_typer(consent.consent_app, name="consent")
app.add_typer(search.search_app, name="search")
app.add_typer(tls.tls_app, name="tls")
app.add_typer(reports.reports_app, name="reports")
app.add_typer(archive.archive_app, name="archive")
app.add_typer(retention.retention_app, name="retention")
app.add_typer(update.update_app, name="update")
app.add_typer(office.office_app, name="office")
office.office_app.command("join")(office_link.join)
office.office_app.command("leave")(office_link.leave)
app.command("plan")(plan.plan)
app.add_typer(round_trials.simulate_app, name="simulate")
app.command("report")(pacing.run_report)
people_files.people_app.command("watch")(people_folders.watch_folder)
people_files.people_app.command("folders")(people_folders.list_folders)
people_files.people_app.command("leave")(people_folders.leave_folder)
people.staff_app.command("disable")(colleagues.disable)
people.staff_app.command("enable")(colleagues.enable)
people.staff_app.command("link")(colleagues.link)
people.staff_app.command("role")(colleagues.role)
people.staff_app.command("sessions")(colleagues.list_sessions)
directory.line_app.command("list")(line_settings.list_lines)
directory.line_app.command("set")(line_settings.set_line)
directory.line_app.command("beside")(beside.put_beside)
directory.line_app.command("telegram")(beside.put_telegram)
directory.line_app.command("rules")(automatic.line_rules)
directory.line_app.command("roster")(automatic.line_roster)
directory.branch_app.command("hours")(automatic.branch_hours)
directory.line_app.command("mail")(mail.put_mailbox)
directory.line_app.command("pacing")(pacing.line_pacing)
app.command("backup")(care.backup)
app.command("restore")(care.restore)
app.command("doctor")(doctor.run_doctor)
app.command("clock")(clock.clock)
app.add_typer(box.box_app, name="box")
app.command("record")(recording.record)
app.command("migrate")(care.migrate)


def main() -> None:
    kinds.load()
    app()


if __name__ == "__main__":
    main()
