"""How somebody gives a group a picture: the picture itself, its sources, the gallery, the crop."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath

from appliance.emulated.phone.apps import Host
from appliance.emulated.phone.media_list import file_at
from appliance.emulated.phone.node import Node
from appliance.emulated.phone.whatsapp.group_phrases import GroupPhrases
from appliance.emulated.phone.whatsapp.group_screens import GroupScreens

_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp"})


@dataclass(slots=True)
class PictureRoom:
    """`page` is the page on top, empty outside; `path` is the picture that was chosen. Recent
    releases show all pictures first, and the albums behind a word (`albums_behind`).
    """

    host: Host
    albums_behind: bool = False
    page: str = ""
    album: str = ""
    path: str = ""

    def begin(self, *, has_icon: bool) -> None:
        """A group without a picture goes straight to the sources."""
        self.page, self.album, self.path = ("viewer" if has_icon else "sources"), "", ""

    @property
    def activity(self) -> str:
        return {
            "viewer": "com.whatsapp.profile.ViewProfilePhoto",
            "gallery": "com.whatsapp.gallery.NewMediaPicker",
            "albums": "com.whatsapp.gallerypicker.GalleryPicker",
            "album": "com.whatsapp.gallerypicker.MediaPicker",
            "crop": "com.whatsapp.crop.CropImage",
        }.get(self.page, "com.whatsapp.group.GroupChatInfoActivity")

    def draw(self, screens: GroupScreens, words: GroupPhrases) -> Node:
        if self.page == "viewer":
            return screens.rows([(words.edit, "group:picture:sources")])
        if self.page == "sources":
            items = (words.camera, "group:picture:no"), (words.gallery, "group:picture:gallery")
            return screens.rows(items)
        if self.page == "gallery":
            return screens.photos(words.photo, list(map(str, self._listed())), albums=words.recents)
        if self.page == "albums":
            return screens.rows([(each, f"group:picture:open:{each}") for each in self._albums()])
        if self.page == "album":
            return screens.photos(words.photo, self._photos())
        return screens.crop(words.done)

    def perform(self, verb: str, argument: str) -> str | None:
        """The digest of the picture that the group has from now on; None where it has no new
        one.
        """
        if verb == "open":
            self.page, self.album = "album", argument
        elif verb == "choose":
            self.page, self.path = "crop", argument
        elif verb == "crop":
            file = file_at(self.host.files, self.path)
            self.page = ""
            return sha256(file.data).hexdigest() if file else None
        elif verb == "gallery":
            self.page = "gallery" if self.albums_behind else "albums"
        elif verb != "no":
            self.page = verb
        return None

    def _listed(self) -> Sequence[PurePosixPath]:
        paths = map(PurePosixPath, self.host.media_list.rows.values())
        return [path for path in paths if path.suffix.lower() in _PICTURES]

    def _albums(self) -> Sequence[str]:
        """By the folders in which the pictures lie."""
        return sorted({path.parent.name for path in self._listed()})

    def _photos(self) -> Sequence[str]:
        return [str(path) for path in self._listed() if path.parent.name == self.album]
