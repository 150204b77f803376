"""What the columns of a listing are called where it does not come in English.

Facts (real headers, as mapped by three public projects and three Japanese consumers,
read 2026-11-25; Report type values, `preferredReportDocumentLocale`): the header is in
the language of the marketplace unless English was asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .asked import Asked

LOCALE = "preferredReportDocumentLocale"
COUNTRIES = ("DE", "FR", "IT", "ES", "PL", "JP")
_TABLE = """
item-name|Artikelbezeichnung|nom-produit|Nome dell'articolo|Título del producto\
|nazwa-produktu|商品名
item-description|Artikelbeschreibung|description-article|Descrizione dell'articolo\
|Descripción del producto|opis-produktu|
listing-id|Angebotsnummer|id-offre|Numero offerta|Identificador del listing\
|identyfikator-oferty|出品ID
seller-sku|Händler-SKU|sku-vendeur|SKU venditore|SKU del vendedor|sku-sprzedawcy\
|出品者SKU
price|Preis|prix|Prezzo|Precio|cena|価格
quantity|Menge|quantité|Quantità|Cantidad|ilość|数量
open-date|Erstellungsdatum|date-ouverture|Data di creazione|Fecha de creación\
|data-otwarcia|出品日
item-is-marketplace|Artikel ist Marketplace-Angebot||Articolo per la vendita\
|Producto para vender|produkt-jest-(na)rynku|
product-id-type|Produkt-ID-Typ|type-id-produit|Tipo di identificativo del prodotto\
|Tipo de identificador de producto|typ-identyfikatora-produktu|商品IDタイプ
item-note|Anmerkung zum Artikel|note-état-article|Note sull'articolo\
|Nota sobre el producto|uwaga-o-produkcie|コンディション説明
item-condition|Artikelzustand|état-produit|Condizione dell'articolo\
|Estado del producto|stan-produktu|コンディション
will-ship-internationally|Internationaler Versand|expédition-international\
|Spedizione internazionale|Envío internacional|wysyłka-międzynarodowa|国外へ配送可
expedited-shipping|Expressversand|livraison-express|Spedizione Express|Envío urgente\
|przyspieszona-wysyłka|迅速な配送
product-id|Produkt-ID|id-produit|Identificativo del prodotto\
|Identificador del producto|identyfikator-produktu|商品ID
add-delete|||Aggiungi o elimina|Añadir o eliminar|dodaj-usuń|
pending-quantity|||Quantità in sospeso|Cantidad pendiente|ilość-oczekująca|在庫数
fulfillment-channel|Versender|canal-traitement|Canale di gestione\
|Canal de gestión logística|kanał-realizacji|フルフィルメント・チャンネル
merchant-shipping-group|Händlerversandgruppe|groupe-expédition-vendeur\
|gruppo-spedizione-venditore||grupa-wysyłki-sprzedawcy|
status||état|stato|estado||ステータス
Minimum order quantity|Mindestbestellmenge, Anzahl Bestellungen\
||Quantità minima per ordine|Cantidad de pedido mínima\
|Maksymalna liczba zamówionych produktów|
Sell remainder|Restposten verkaufen|Vendre le stock restant|Vendi rimanenze\
|Vender las unidades restantes|Pozostało do sprzedaży|
"""


def _by_country() -> dict[str, dict[str, str]]:
    rows = [line.split("|") for line in _TABLE.strip().splitlines()]
    return {
        country: {row[0]: row[1 + n] for row in rows if row[1 + n]}
        for n, country in enumerate(COUNTRIES)
    }


HEADINGS = _by_country()
"""By country: the translated heading of each column that is known."""


def headings_of(asked: Asked) -> dict[str, str]:
    """Return what the columns of a listing are called, where not by their names."""
    if str(asked.options.get(LOCALE, "")).startswith("en"):
        return {}
    return HEADINGS.get(asked.country, {})
