"""Short meetings of built-in voices."""

from pathlib import Path

from conftest import write

from auris.data.rttm import format_rttm
from auris.data.simulation.meetings import Meeting, MeetingSimulator
from auris.data.simulation.turn_taking import TurnLaws

ROOM = (5.0, 4.0, 3.0)  # m


def simulate(
    speakers: int, duration: float, seed: int, overlap: float = 0.0
) -> Meeting:
    """A meeting of built-in voices in a dry room, with little noise."""
    laws = TurnLaws(3.0, 0.4, 0.4, overlap, 0.0, (0.3, 0.8), 0.0)
    simulator = MeetingSimulator(
        duration=duration,
        speakers=speakers,
        voices=None,
        split="test",
        laws=laws,
        room=ROOM,
        rt60=0.2,
        distance=(0.6, 1.0),
        level=0.0,
        snr=30.0,
        seed=seed,
    )
    return simulator.make_meeting(0)


def write_meeting(folder: Path, speakers: int = 2, seed: int = 3) -> Path:
    """A recording of built-in voices, with its RTTM beside it."""
    made = simulate(speakers, 40.0, seed)
    path = write(folder / "früh am Tag.wav", made.wave, 16000)
    rttm = format_rttm({path.stem: made.turns})
    path.with_suffix(".rttm").write_text(rttm, encoding="utf-8")
    return path
