from fastlearn.install import install_report, show_install


def test_the_report_names_versions_and_hardware(capsys):
    import torch

    report = install_report()
    assert report["torch"].split("+")[0] == torch.__version__.split("+")[0] and int(report["processors"]) >= 1
    show_install()
    assert len(capsys.readouterr().out.splitlines()) == len(report)
