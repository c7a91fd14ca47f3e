/** Records of daily life with sentences that state them, for the family `extraction`. */
import type { Random } from "../random.ts";
import type { Json } from "../sample.ts";
import { CITIES, COLORS, PEOPLE } from "../words.ts";
import { clock, isoDate } from "./date-draws.ts";

export interface RecordKind {
  readonly id: string;
  readonly draw: (random: Random) => { [key: string]: Json };
  /** Sentences with `{key}` for a value, and `{key?yes|no}` for a boolean. */
  readonly en: readonly string[];
  readonly zh: readonly string[];
}

export const RECORD_KINDS: readonly RecordKind[] = [
  {
    id: "pet",
    draw: (random) => ({
      name: random.pick(["Luna", "Rocky", "Milo", "Bella", "Coco", "Simba"]),
      species: random.pick(["cat", "dog", "rabbit", "parrot", "hamster"]),
      age: random.int(1, 15),
      vaccinated: random.chance(0.5),
    }),
    en: [
      "{name} is a {age} year old {species} at the shelter, {vaccinated?fully vaccinated|not vaccinated yet}.",
      "we have a new {species} in, called {name}, {age} yrs, {vaccinated?has had its shots|still needs its shots}",
      "Meet {name}! This {species} is {age} years old and {vaccinated?is vaccinated|has no vaccinations}.",
      "species: {species}, name: {name}, age {age}, vaccinated: {vaccinated?yes|no}",
      "My {species} {name} turned {age} last week. {vaccinated?It is vaccinated|It is not vaccinated}, the vet says.",
      "Lost {species}! Answers to {name}, {age} years old, {vaccinated?vaccinated|unvaccinated}.",
    ],
    zh: [
      "{name} 是一只 {age} 岁的 {species}，{vaccinated?已经打过疫苗|还没打疫苗}。",
      "收容所新来一只 {species}，名叫 {name}，今年 {age} 岁，{vaccinated?接种过疫苗|没有接种疫苗}。",
    ],
  },
  {
    id: "order",
    draw: (random) => ({
      orderId: `A-${random.int(1000, 9999)}`,
      product: random.pick(["desk lamp", "office chair", "coffee grinder", "backpack", "rain jacket"]),
      quantity: random.int(1, 12),
      total: random.int(10, 900),
    }),
    en: [
      "Order {orderId}: {quantity} x {product}, total {total} dollars.",
      "hi, i ordered {quantity} pcs of the {product} (order no. {orderId}) and paid {total} dollars",
      "Your order {orderId} is confirmed. Product: {product}. Quantity: {quantity}. Total: {total} USD.",
      "Customer wants {quantity} of {product}; the order number is {orderId} and the sum comes to {total}.",
      "{total} dollars were charged for order {orderId} ({product}, {quantity} pieces)",
      "please cancel {orderId}, that was the {product}, quantity {quantity}, for {total} USD",
    ],
    zh: [
      "订单 {orderId}：{product} 共 {quantity} 件，总价 {total} 元。",
      "我买了 {quantity} 个 {product}，订单号 {orderId}，一共付了 {total} 元。",
    ],
  },
  {
    id: "contact",
    draw: (random) => {
      const name = random.pick(PEOPLE);
      return {
        name,
        email: `${name.toLowerCase()}@${random.pick(["mail.org", "example.com", "post.net"])}`,
        phone: `555-${random.int(1000, 9999)}`,
        company: random.pick(["Northwind", "Acorn Ltd", "Bluebird", "Foxglove"]),
      };
    },
    en: [
      "{name} from {company}, {email}, phone {phone}",
      "You can reach {name} at {email} or call {phone}. Works for {company}.",
      "new contact: {name} ({company}) mail {email} tel {phone}",
      "Best regards, {name}\n{company}\n{phone}\n{email}",
      "I met {name} of {company} today, the number is {phone} and the address {email}.",
      "call {name} back on {phone}, or write to {email}. It's about the {company} deal",
      "At {company} ask for {name}. Email: {email}. Phone: {phone}.",
    ],
    zh: [
      "联系人 {name}，公司 {company}，邮箱 {email}，电话 {phone}。",
      "{company} 的 {name} 可以打 {phone}，或者发邮件到 {email}。",
    ],
  },
  {
    id: "event",
    draw: (random) => ({
      title: random.pick(["Summer Fair", "Book Night", "Game Jam", "Open Day", "Garden Party"]),
      date: isoDate(random),
      location: random.pick(CITIES),
      tickets: random.int(20, 500),
    }),
    en: [
      "{title} takes place on {date} in {location}, {tickets} tickets are available.",
      "save the date! {date}, {title}, {location}. only {tickets} tickets",
      "On {date} the {title} comes to {location}. There are {tickets} tickets.",
      "{location} hosts {title} ({date}); tickets: {tickets}",
      "We sell {tickets} tickets for the {title} in {location} on {date}.",
      "what: {title} / when: {date} / where: {location} / tickets: {tickets}",
    ],
    zh: [
      "{title} 将于 {date} 在 {location} 举行，共 {tickets} 张票。",
      "{date} 在 {location} 有 {title} 活动，门票 {tickets} 张。",
    ],
  },
  {
    id: "recipe",
    draw: (random) => ({
      dish: random.pick(["pancakes", "lentil soup", "apple pie", "fried rice", "pumpkin curry"]),
      servings: random.int(2, 8),
      minutes: random.int(10, 90),
      vegetarian: random.chance(0.5),
    }),
    en: [
      "{dish}, serves {servings}, ready in {minutes} minutes, {vegetarian?vegetarian|not vegetarian}",
      "{dish}: takes {minutes} min and feeds {servings} people. {vegetarian?They are vegetarian|They are not vegetarian}.",
      "For {servings} servings of {dish} plan {minutes} minutes. {vegetarian?Suitable for vegetarians|Not suitable for vegetarians}.",
      "Tonight: {dish} ({vegetarian?meat free|with meat}), {minutes} minutes, {servings} servings.",
      "recipe for {dish} - servings {servings} - time {minutes} minutes - vegetarian {vegetarian?yes|no}",
      "In just {minutes} minutes you get {servings} portions of {vegetarian?vegetarian|non-vegetarian} {dish}.",
    ],
    zh: [
      "{dish}：{servings} 人份，需要 {minutes} 分钟，{vegetarian?是素食|不是素食}。",
      "做 {servings} 人份的 {dish} 要 {minutes} 分钟，{vegetarian?素食|非素食}。",
    ],
  },
  {
    id: "flight",
    draw: (random) => {
      const [origin, destination] = random.some(CITIES, 2) as [string, string];
      return {
        flight: `LX${random.int(100, 999)}`,
        origin,
        destination,
        departure: clock(random),
        gate: `B${random.int(1, 40)}`,
      };
    },
    en: [
      "Flight {flight} from {origin} to {destination} departs at {departure} from gate {gate}.",
      "{flight} {origin} -> {destination}, {departure}, gate {gate}",
      "I'm on {flight}, leaving {origin} at {departure} for {destination}, gate is {gate}",
      "Boarding for {destination}: {flight} out of {origin}, departure {departure}, gate {gate}.",
      "Passengers to {destination} please go to gate {gate}. Flight {flight} leaves {origin} at {departure}.",
      "at {departure} my plane ({flight}) goes from {origin} to {destination}. They said gate {gate}.",
    ],
    zh: [
      "航班 {flight} 从 {origin} 飞往 {destination}，{departure} 起飞，登机口 {gate}。",
      "去 {destination} 的 {flight} 次航班 {departure} 从 {origin} 出发，在 {gate} 登机。",
    ],
  },
  {
    id: "invoice",
    draw: (random) => ({
      invoiceNumber: `INV-${random.int(100, 999)}`,
      customer: random.pick(["Acorn Ltd", "Bluebird", "Hill & Sons", "Northwind"]),
      amount: random.int(50, 5000),
      dueDate: isoDate(random),
      paid: random.chance(0.5),
    }),
    en: [
      "Invoice {invoiceNumber} for {customer}: {amount} euros, due {dueDate}, {paid?already paid|still unpaid}.",
      "{customer} {paid?has paid|has not paid} invoice {invoiceNumber} over {amount} euros (due date {dueDate})",
      "reminder: {invoiceNumber}, amount {amount}, due {dueDate}, customer {customer}, paid: {paid?yes|no}",
      "We billed {customer} {amount} euros under {invoiceNumber}. Due on {dueDate}. Status: {paid?paid|open}.",
      "The amount of {amount} EUR (no. {invoiceNumber}) from {customer} was due on {dueDate} and is {paid?settled|outstanding}.",
      "status of {invoiceNumber}? customer is {customer}, {amount} euros by {dueDate}. {paid?it's been paid|it hasn't been paid}",
    ],
    zh: [
      "发票 {invoiceNumber}，客户 {customer}，金额 {amount} 元，到期日 {dueDate}，{paid?已付款|未付款}。",
      "{customer} 的发票 {invoiceNumber} 共 {amount} 元，应在 {dueDate} 前付清，目前{paid?已经付了|还没有付}。",
    ],
  },
  {
    id: "book",
    draw: (random) => ({
      title: random.pick(["The Long Road", "Salt and Stone", "Night Garden", "Paper Birds", "Winter Maps"]),
      author: `${random.pick(PEOPLE)} ${random.pick(["Hart", "Moreno", "Okafor", "Lind"])}`,
      year: random.int(1950, 2024),
      pages: random.int(90, 700),
    }),
    en: [
      '"{title}" by {author}, published in {year}, {pages} pages',
      "{author} wrote {title} in {year}. It has {pages} pages.",
      "i'm reading {title} ({year}) by {author}, all {pages} pages of it",
      "In {year} {author} published the {pages} page novel {title}.",
      "Title: {title}. Author: {author}. Year: {year}. Pages: {pages}.",
      "a {pages}-page book from {year} called {title}, the author is {author}",
    ],
    zh: [
      "《{title}》，作者 {author}，{year} 年出版，共 {pages} 页。",
      "{author} 在 {year} 年写了 {title}，全书 {pages} 页。",
    ],
  },
  {
    id: "movie",
    draw: (random) => ({
      title: random.pick(["Red Harbor", "The Quiet Sky", "Lost Signal", "Two Trains", "Glass City"]),
      director: `${random.pick(PEOPLE)} ${random.pick(["Vance", "Sato", "Keller", "Duarte"])}`,
      rating: random.int(1, 10),
      minutes: random.int(80, 190),
    }),
    en: [
      "{title}, directed by {director}, runs {minutes} minutes. I give it {rating} out of 10.",
      "saw {title} yesterday, {rating}/10. director: {director}, {minutes} min",
      "{director}'s film {title} is {minutes} minutes long and rated {rating}.",
      "With a rating of {rating}, {title} by {director} ({minutes} minutes) is on tonight.",
      "movie night: {title} / {director} / {minutes} minutes / rating {rating}",
      "It lasts {minutes} minutes, {director} directed it, it's called {title} and it has {rating} of 10 points",
    ],
    zh: [
      "电影 {title}，导演 {director}，片长 {minutes} 分钟，评分 {rating}。",
      "昨天看了 {director} 的 {title}，{minutes} 分钟，我打 {rating} 分。",
    ],
  },
  {
    id: "used-car",
    draw: (random) => ({
      brand: random.pick(["Volvo", "Toyota", "Fiat", "Skoda", "Honda"]),
      year: random.int(1998, 2023),
      mileage: random.int(5, 250) * 1000,
      price: random.int(10, 300) * 100,
      color: random.pick(COLORS),
    }),
    en: [
      "For sale: {color} {brand} from {year}, {mileage} km, {price} euros.",
      "selling my {brand} ({year}), color {color}, mileage {mileage}, asking {price}",
      "{brand}, built {year}, {mileage} km on the clock, {color}, price {price}",
      "A {color} {brand} with {mileage} km costs {price} euros, year of construction {year}.",
      "I'd let my {year} {brand} go for {price}. It has done {mileage} km and it's {color}.",
      "price {price} euros: {brand} in {color}, first registered {year}, {mileage} km",
    ],
    zh: [
      "出售 {year} 年的 {color} {brand}，行驶 {mileage} 公里，售价 {price} 元。",
      "二手车 {brand}，颜色 {color}，{year} 年，里程 {mileage}，价格 {price}。",
    ],
  },
  {
    id: "apartment",
    draw: (random) => ({
      city: random.pick(CITIES),
      rooms: random.int(1, 6),
      size: random.int(25, 160),
      rent: random.int(40, 250) * 10,
      balcony: random.chance(0.5),
    }),
    en: [
      "Apartment in {city}: {rooms} rooms, {size} square meters, rent {rent}, {balcony?with balcony|no balcony}.",
      "{rooms} room flat, {size} sqm, {city}, {rent} a month, {balcony?has a balcony|without a balcony}",
      "we pay {rent} rent for {rooms} rooms ({size} m2) in {city}, {balcony?balcony included|no balcony though}",
      "To let in {city}: size {size} m2, rooms {rooms}, rent {rent} euros, balcony: {balcony?yes|no}.",
      "Looking for a tenant! {size} square meters, {rooms} rooms, {balcony?a balcony|no balcony}, {rent} euros per month in {city}.",
      "my place in {city} has {rooms} rooms and {size} sqm, the rent is {rent} and it {balcony?has|has no} balcony",
    ],
    zh: [
      "{city} 的公寓：{rooms} 个房间，{size} 平方米，月租 {rent}，{balcony?有阳台|没有阳台}。",
      "出租 {rooms} 室，面积 {size}，在 {city}，租金 {rent}，{balcony?带阳台|不带阳台}。",
    ],
  },
  {
    id: "job-offer",
    draw: (random) => ({
      position: random.pick(["designer", "plumber", "translator", "data analyst", "nurse"]),
      company: random.pick(["Brightworks", "Delta Foods", "Harbor Bank", "Pine Media"]),
      city: random.pick(CITIES),
      salary: random.int(25, 95) * 1000,
      remote: random.chance(0.5),
    }),
    en: [
      "{company} is hiring a {position} in {city}, {salary} a year, {remote?remote possible|on site only}.",
      "job: {position} @ {company}, {city}, salary {salary}, {remote?remote ok|no remote}",
      "We at {company} seek a {position} for our office in {city}. Salary: {salary}. {remote?Working remotely is fine|Remote work is not possible}.",
      "A {position} earns {salary} at {company} in {city} ({remote?remote|not remote}).",
      "got an offer from {company}: {position}, {salary} per year, based in {city}, {remote?can work remotely|can't work remotely}",
      "position {position}, company {company}, city {city}, salary {salary}, remote {remote?yes|no}",
    ],
    zh: [
      "{company} 在 {city} 招聘 {position}，年薪 {salary}，{remote?可以远程|不能远程}。",
      "职位 {position}，公司 {company}，地点 {city}，年薪 {salary}，{remote?支持远程办公|不支持远程办公}。",
    ],
  },
  {
    id: "hotel-booking",
    draw: (random) => ({
      guest: random.pick(PEOPLE),
      hotel: random.pick(["Hotel Aurora", "Sea View Inn", "Grand Plaza", "Park Lodge"]),
      checkIn: isoDate(random),
      nights: random.int(1, 14),
      breakfast: random.chance(0.5),
    }),
    en: [
      "{guest} booked {nights} nights at {hotel} from {checkIn}, {breakfast?with breakfast|without breakfast}.",
      "reservation {hotel}: guest {guest}, check-in {checkIn}, {nights} nights, breakfast {breakfast?yes|no}",
      "Dear {guest}, we confirm your stay of {nights} nights from {checkIn} at {hotel}. Breakfast is {breakfast?included|not included}.",
      "hi, {guest} here. i'll arrive on {checkIn} and stay {nights} nights at the {hotel}, {breakfast?breakfast please|no breakfast please}",
      "{hotel} / {checkIn} / {nights} nights / {guest} / {breakfast?breakfast included|room only}",
      "From {checkIn} on, {guest} stays {nights} nights in the {hotel} ({breakfast?with|no} breakfast).",
    ],
    zh: [
      "{guest} 预订了 {hotel}，{checkIn} 入住，住 {nights} 晚，{breakfast?含早餐|不含早餐}。",
      "{hotel} 预订：客人 {guest}，入住日期 {checkIn}，{nights} 晚，{breakfast?有早餐|没有早餐}。",
    ],
  },
  {
    id: "parcel",
    draw: (random) => ({
      tracking: `PK${random.int(10000, 99999)}`,
      sender: random.pick(CITIES),
      weight: random.int(1, 30),
      status: random.pick(["delivered", "in transit", "delayed", "returned"]),
    }),
    en: [
      "Parcel {tracking} from {sender}, {weight} kg, is {status}.",
      "tracking {tracking}: {status}, weight {weight} kg, sent from {sender}",
      "My package ({tracking}, {weight} kg) was sent in {sender} and is now {status}.",
      "The {weight} kg parcel with number {tracking} that left {sender} is currently {status}.",
      "status {status} for {tracking}. sender: {sender}. weight: {weight} kg",
      "where's my parcel?? {tracking}, comes from {sender}, {weight} kilos. it says {status}",
    ],
    zh: [
      "包裹 {tracking} 从 {sender} 寄出，重 {weight} 公斤，状态 {status}。",
      "快递单号 {tracking}，{weight} 公斤，发自 {sender}，目前 {status}。",
    ],
  },
];
