"""A package to fill in: for whoever begins an election of their own."""

from tallywire.new_election.answers import Answers, NotAnAnswerError
from tallywire.new_election.folder import FolderTakenError, write_folder

__all__ = ["Answers", "FolderTakenError", "NotAnAnswerError", "write_folder"]
