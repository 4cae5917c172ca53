// Emoji that a counter writes with: each with its name in Dutch and in English, and more words that
// find it.

export default `
😀|lachend gezicht|grinning face|blij vrolijk happy
😃|blij gezicht|happy face|lach vrolijk smile
😄|stralende lach|beaming smile|blij ogen happy
😁|brede grijns|broad grin|tanden teeth
😅|lach met zweet|nervous laugh|oei pfff sweat phew
😂|tranen van het lachen|tears of joy|grappig lol funny
🙂|glimlach|slight smile|vriendelijk friendly
🙃|ondersteboven|upside down|grapje ironie silly
😉|knipoog|wink|grapje
😊|blozende glimlach|blushing smile|lief dank kind
😍|verliefd|heart eyes|mooi love
🥰|met hartjes|smiling with hearts|lief love
😎|zonnebril|sunglasses|stoer cool
🤗|knuffel|hug|welkom welcome
🤔|denkt na|thinking|hmm vraag question
🤨|opgetrokken wenkbrauw|raised eyebrow|twijfel doubt
😐|neutraal|neutral face|tja
😬|oeps|grimace|ongemakkelijk awkward
🙄|rollende ogen|rolling eyes|zucht
😌|opgelucht|relieved|rust calm
😔|teleurgesteld|pensive|jammer sad
😕|verward|confused|onduidelijk
🙁|verdrietig|frown|jammer sad
😢|traan|crying|verdriet sad
😭|huilt|sobbing|verdriet sad
😟|bezorgd|worried|zorgen
😠|boos|angry|kwaad
😱|geschrokken|screaming|schrik shock
😳|beschaamd|flushed|oeps
😴|slaapt|sleeping|moe nacht tired
🤒|ziek|sick|koorts thermometer fever ill
🤕|gewond|injured|ongeluk verband hurt
🤧|verkouden|sneezing|griep flu cold
🤢|misselijk|nauseated|ziek sick
🥳|feest|party face|gefeliciteerd jarig congratulations birthday
😇|engel|halo|braaf angel
🤩|sterren in de ogen|star-struck|geweldig wow
👍|duim omhoog|thumbs up|goed ok ja prima akkoord yes good
👎|duim omlaag|thumbs down|nee slecht no bad
👌|oké|okay hand|prima goed perfect
👏|applaus|clapping|goed gedaan bravo well done
🙌|handen omhoog|raised hands|hoera yes hooray
🙏|dank je wel|thank you|bedankt alsjeblieft please thanks
👋|zwaait|waving hand|hallo dag hoi hello bye
💪|sterk|strong|succes kracht power
🤝|handdruk|handshake|afspraak deal akkoord agreed
✌️|vrede|victory hand|peace
🤞|duimen|fingers crossed|succes geluk hoop luck
👉|wijst naar rechts|pointing right|daar there
👇|wijst naar beneden|pointing down|hieronder below
☝️|wijst omhoog|pointing up|let op attention
✍️|schrijft|writing hand|tekenen contract sign
👀|ogen|eyes|kijken zien look
❤️|rood hart|red heart|liefde love
💚|groen hart|green heart|love
💙|blauw hart|blue heart|love
💛|geel hart|yellow heart|love
🧡|oranje hart|orange heart|love
💯|honderd|hundred|perfect helemaal
✅|vinkje|check mark|klaar gedaan ok done ready
✔️|aangevinkt|tick|klaar goed done
❌|kruis|cross mark|nee fout no wrong
⚠️|waarschuwing|warning|let op gevaar danger
❗|uitroepteken|exclamation mark|belangrijk important
❓|vraagteken|question mark|vraag
ℹ️|informatie|information|info
🆗|ok-knop|ok button|goed
⭐|ster|star|goed favoriet
🌟|stralende ster|glowing star|top great
✨|schittering|sparkles|nieuw mooi new
🔥|vuur|fire|heet top hot
🎉|feestknaller|party popper|gefeliciteerd feest congratulations
🎊|confetti|confetti ball|feest party
🎂|taart|birthday cake|jarig verjaardag
🎁|cadeau|gift|present
🏆|beker|trophy|gewonnen winnaar win
🥇|gouden medaille|gold medal|eerste first
💐|bloemen|bouquet|gefeliciteerd beterschap flowers
🌹|roos|rose|bloem flower
🌷|tulp|tulip|bloem flower
🍀|klavertje vier|four leaf clover|geluk succes luck
☀️|zon|sun|weer zomer warm weather
🌧️|regen|rain|weer nat weather wet
❄️|sneeuw|snowflake|koud winter cold
⛄|sneeuwpop|snowman|winter
⚡|bliksem|lightning|snel stroom fast power
🌈|regenboog|rainbow|weer
☕|koffie|coffee|pauze break
🍵|thee|tea|pauze break
🍕|pizza|pizza|eten lunch food
🥪|broodje|sandwich|lunch eten food
🍎|appel|apple|fruit eten
🎓|diploma|graduation cap|opleiding school training
📅|kalender|calendar|datum rooster dag date schedule
🗓️|agenda|spiral calendar|rooster planning afspraak schedule
⏰|wekker|alarm clock|tijd vroeg time early
🕗|acht uur|eight o'clock|tijd begin time
⏳|zandloper|hourglass|wachten tijd wait
📍|plaats|location pin|adres waar address where
🗺️|kaart|map|route adres
🏠|huis|house|thuis home
🏢|kantoor|office|gebouw vestiging building branch
🏭|fabriek|factory|productie werk
🏗️|bouw|construction|kraan building
🏥|ziekenhuis|hospital|ziek
🚗|auto|car|rijden drive
🚐|busje|van|vervoer transport
🚌|bus|bus|vervoer transport
🚆|trein|train|vervoer station
🚲|fiets|bicycle|vervoer bike
🚚|vrachtwagen|truck|chauffeur levering delivery
🅿️|parkeren|parking|auto car
📦|doos|package|magazijn pakket logistiek warehouse
🔧|sleutel|wrench|techniek reparatie tool
🔨|hamer|hammer|bouw klus tool
🧰|gereedschap|toolbox|klus techniek tools
🧹|bezem|broom|schoonmaak cleaning
🧤|handschoenen|gloves|kleding veiligheid
🥾|werkschoen|boot|veiligheidsschoenen schoenen safety shoes
🦺|veiligheidsvest|safety vest|hesje kleding
⛑️|helm|helmet|veiligheid safety
👷|bouwvakker|construction worker|werk helm
👨‍🍳|kok|cook|horeca keuken kitchen
👩‍⚕️|zorgmedewerker|health worker|zorg verpleging care
👩‍💻|achter de computer|technologist|kantoor office
👥|mensen|people|ploeg groep team group
💼|koffer|briefcase|werk baan job
📄|document|document|papier contract brief paper
📝|notitie|memo|schrijven formulier note form
📎|paperclip|paperclip|bijlage bestand attachment
🖊️|pen|pen|tekenen sign
📞|telefoon|telephone|bellen call
📱|mobiel|mobile phone|telefoon app
💬|tekstballon|speech balloon|bericht chat message
📧|e-mail|email|mail bericht
🔔|bel|bell|herinnering balie reminder
🔑|sleutels|key|toegang access
🔒|slot|lock|veilig privé safe
💶|eurobiljetten|euro banknotes|geld loon salaris money pay
💰|geldzak|money bag|loon salaris pay
💳|bankpas|bank card|betalen pay
🧾|bon|receipt|loonstrook payslip
🆔|identiteitsbewijs|id|paspoort legitimatie passport
🎧|koptelefoon|headphones|muziek
📷|camera|camera|foto photo
💡|idee|light bulb|tip idea
🔍|vergrootglas|magnifying glass|zoeken search
♻️|recycling|recycling|opnieuw again
➡️|pijl naar rechts|right arrow|verder next
⬇️|pijl omlaag|down arrow|hieronder below
🇳🇱|vlag van Nederland|flag of the Netherlands|nederland dutch
🇵🇱|vlag van Polen|flag of Poland|polen pools polish
🇷🇴|vlag van Roemenië|flag of Romania|roemenië romanian
🇧🇬|vlag van Bulgarije|flag of Bulgaria|bulgarije bulgarian
🇺🇦|vlag van Oekraïne|flag of Ukraine|oekraïne ukrainian
🇬🇧|vlag van het Verenigd Koninkrijk|flag of the United Kingdom|engels english
`.trim().split("\n").map((line) => line.split("|"));
