"""Who sends codes by text message, and the words around a code in the languages of our workers."""

SERVICES = {
    "WhatsApp": "whatsapp",
    "Telegram": "telegram",
    "Signal": "signal",
    "Viber": "viber",
    "Meta": "facebook|instagram|messenger|meta",
    "Google": "google|gmail|youtube",
    "Microsoft": "microsoft|outlook|azure|xbox|skype",
    "Apple": "apple|icloud",
    "Amazon": "amazon|aws",
    "LinkedIn": "linkedin",
    "PayPal": "paypal",
    "DigiD": "digid",
    "iDIN": "idin",
    "eHerkenning": "eherkenning",
    "itsme": "itsme",
    "Rabobank": "rabobank|rabo",
    "ABN AMRO": "abn amro|abn|tikkie",
    "ING": "ing",
    "ASN Bank": "asn|sns|regiobank|volksbank",
    "Triodos": "triodos",
    "Knab": "knab",
    "bunq": "bunq",
    "N26": "n26",
    "Revolut": "revolut",
    "Wise": "wise",
    "Klarna": "klarna",
    "KBC": "kbc|belfius|argenta",
    "BNP Paribas": "bnp|bnp paribas|fortis",
    "Sparkasse": "sparkasse|commerzbank|deutsche bank|postbank",
    "PKO": "pko|mbank|pekao",
    "KPN": "kpn|simyo",
    "Odido": "odido|t mobile",
    "Vodafone": "vodafone|ziggo|hollandsnieuwe",
    "Lebara": "lebara|lyca|lycamobile|youfone",
}
"""For each service its names, in a text and as a sender; bare, as `letters.bare` writes them."""

CODE_WORDS = (
    "code|codes|smscode|pincode|pin|tan|mtan|smstan|otp|passcode|wachtwoord|password|passwort"
    "|verificatiecode|bevestigingscode|beveiligingscode|inlogcode|activatiecode|registratiecode"
    "|toegangscode|herstelcode|controlecode|aanmeldcode|puk|pukcode"
    "|verifizierungscode|bestatigungscode|sicherheitscode|zugangscode|anmeldecode|einmalpasswort"
    "|mot de passe|codigo|codice|codul|cod|parola|kod|kodu|kodem|haslo|sifre|код|пароль"
)
"""Words for a code, without accents. Codes for parcels, prices and places are not among them."""

NO_CODES = (
    "kortingscode|actiecode|promo code|promotiecode|discount code|voucher code|coupon code"
    "|cadeaucode|gift code|postcode|zip code|dress code|qr code|barcode|code geel|code oranje"
    "|code rood|track en trace code|track trace code|tracking code|klantcode"
)
"""Things that are called a code and do not open anything of the line."""

BEGINNINGS = (
    "your|use|enter|je|jouw|uw|gebruik|voer|dein|deine|ihr|ihre|verwende|verwenden|votre|ton"
    "|utilisez|entrez|tu|su|usa|il tuo|o seu|twoj|codul|ваш|твой|твій"
)
"""How a machine begins when it tells somebody their code."""

PERSONAL = "ik|mijn|mij|me|we|wij|ons|i|m|my|ich|mein|meine|mir"
"""Words of a person who speaks for themselves; no machine uses them."""

WARNINGS = (
    r"(?:don t|dont|do not|never) (?:share|give|tell)|(?:deel|geef|vertel) (?:\w+ ){0,4}nooit"
    r"|(?:deel|geef|vertel) (?:\w+ ){1,3}(?:niet|met niemand|aan niemand)|nicht (?:weiter|teilen)"
    r"|ne (?:partagez|communiquez) (?:pas|jamais)|no (?:compartas|comparta)"
)
"""“Don't share this code”."""

TWO_STEPS = (
    r"two step|2 step|two factor|2 factor|2fa|tweestaps\w*|twee stappen|tweefactor\w*|twee factor"
    r"|zwei ?faktor\w*|zwei schritte\w*|deux etapes|dos pasos"
)
"""The second lock of an account."""

LINKS = (
    r"(?<![\w.-])(?:www\.)?"
    r"(?:v\.whatsapp\.com/|(?:wa\.me/verify|telegram\.me/login|t\.me/login|signal\.org/verify)\b)"
)
"""Addresses that themselves work as a code, from the first letter of their host."""
